import * as z from "zod";
import type { Detection } from "./correlation.ts";
import { SUPPRESSION_EXPIRED } from "./expired-suppression.ts";
import { isolator } from "./isolated-rule.ts";
import { type Rule, SEVERITIES } from "./rule.ts";
import { TECHNIQUES } from "./techniques.ts";

/**
 * Of the names of all actions of a rule, with what stands between them. The alert that a
 * suppression has expired names them five times, and must stay below the 256 KiB of SNS.
 */
const MAX_ACTIONS_LENGTH = 30_000;

/** Two quotes, a comma and a space, as in SQL. */
const BETWEEN_ACTIONS_LENGTH = 4;

/** What is one byte everywhere: commands, SQL and JSON escape nothing of it. */
const ACTION = /^[!#-&(-[\]-~]+$/;

/**
 * The names of the modules among the files of a folder, in order.
 *
 * @throws {Error} when there is none
 */
export function modulesAmong(files: readonly string[], folder: string): string[] {
  const modules = files.filter((name) => /\.(?:js|mjs|ts|mts)$/.test(name));
  if (modules.length === 0) throw new Error(`there is no module in ${folder}`);
  return modules.sort();
}

/**
 * The rules that modules export, whatever the exports are called; one that is exported again
 * counts once. What they are given they cannot change.
 *
 * @param modules - what each exports, by the name of its file
 * @throws {Error} in one line, naming the first module and export that is wrong
 */
export function rulesOf(modules: Readonly<Record<string, object>>): Rule[] {
  const rules = new Map<string, Rule>();
  for (const [file, module] of Object.entries(modules)) {
    const exported: [string, unknown][] = Object.entries(module);
    if (exported.length === 0 || !exported.every(([, value]) => isObject(value))) {
      throw new Error(`${file} must export rules, and nothing else`);
    }
    for (const [name, value] of exported) {
      const problem = problemOf(value);
      if (problem !== undefined) throw new Error(`${file}: rule "${name}": ${problem}`);
      const rule = value as Rule;
      if ((rules.get(rule.id) ?? rule) !== rule) {
        throw new Error(`${file}: two rules have the id "${rule.id}"`);
      }
      rules.set(rule.id, rule);
    }
  }
  return Array.from(rules.values(), isolator());
}

/** Rules of one's own after ours; one with the id of ours replaces it. */
export function withOwnRules(
  rules: readonly Detection[],
  own: readonly Rule[],
): readonly Detection[] {
  return [...rules.filter((rule) => !own.some(({ id }) => id === rule.id)), ...own];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function problemOf(value: unknown): string | undefined {
  // What a rule inherits is lost when a configured severity makes another rule of it.
  if (!isPlain(value)) return "must be a plain object";
  const [issue] = RULE.safeParse(value).error?.issues ?? [];
  if (issue === undefined) return undefined;
  return issue.code === "unrecognized_keys"
    ? `unknown field "${issue.keys[0]}"; allowed: ${Object.keys(RULE.shape).join(", ")}`
    : `${String(issue.path[0])} ${issue.message}`;
}

function isPlain(value: unknown): boolean {
  return [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

/**
 * What the detector calls, and what an alert shows: the code of a rule may be plain JavaScript.
 * Rules about several entries, which have steps, are only ours.
 */
const RULE = z.strictObject({
  id: checked(
    (id) => isText(id) && /^[A-Za-z0-9][\w.-]{0,99}$/.test(id),
    'must be letters, digits, ".", "_" and "-", at most 100, and begin with a letter or a digit',
  ).refine((id) => id !== SUPPRESSION_EXPIRED.id, {
    error: `must not be ${SUPPRESSION_EXPIRED.id}, which expired suppressions have`,
  }),
  ...{ title: text(), reason: text(), reference: text(), query: text().optional() },
  severity: checked(
    (severity) => SEVERITIES.some((known) => known === severity),
    `must be one of ${SEVERITIES.join(", ")}`,
  ),
  ...{ checks: texts().optional(), falsePositives: texts().optional() },
  techniques: checked(
    (ids) =>
      areTexts(ids) &&
      ids.every((id) => Object.hasOwn(TECHNIQUES, id)) &&
      new Set(ids).size === ids.length,
    `must be a list of some of ${Object.keys(TECHNIQUES).join(", ")}, each once`,
  ),
  actions: checked(
    (names) =>
      areTexts(names) &&
      names.every((name) => ACTION.test(name)) &&
      names.reduce((sum, { length }) => sum + length + BETWEEN_ACTIONS_LENGTH, 0) <=
        MAX_ACTIONS_LENGTH,
    `must be a list of names of actions, of ${MAX_ACTIONS_LENGTH} characters altogether at most, each counted with ${BETWEEN_ACTIONS_LENGTH} more; a name has no spaces, quotes or backslashes, and only ASCII`,
  ),
  needs: checked((needs) => needs === "addresses", 'must be "addresses"').optional(),
  ...{ alertTitle: call(), dedupeKey: call(), matches: call().optional() },
  examples: z.unknown().optional(), // nothing reads them but tests
});

function checked(isRight: (value: unknown) => boolean, error: string) {
  return z.unknown().refine(isRight, { error });
}

function text() {
  return checked(isText, "must be a text");
}

function texts() {
  return checked(areTexts, "must be a list of texts");
}

function call() {
  return checked((value) => typeof value === "function", "must be a function");
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function areTexts(values: unknown): values is string[] {
  return Array.isArray(values) && values.every(isText);
}
