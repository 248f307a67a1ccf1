import type { Detection } from "./correlation.ts";
import { type Rule, SEVERITIES } from "./rule.ts";

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
 * The rules that modules export, whatever the exports are called.
 *
 * @param modules - what each exports, by the name of its file
 * @throws {Error} when one exports no rule, or something else
 */
export function rulesOf(modules: Readonly<Record<string, object>>): Rule[] {
  return Object.entries(modules).flatMap(([file, module]) => {
    const exported: unknown[] = Object.values(module);
    if (exported.length === 0 || !exported.every(isRule)) {
      throw new Error(`${file} must export rules, and nothing else`);
    }
    return exported;
  });
}

/** Rules of one's own after ours; one with the id of ours replaces it. */
export function withOwnRules(
  rules: readonly Detection[],
  own: readonly Rule[],
): readonly Detection[] {
  return [...rules.filter((rule) => !own.some(({ id }) => id === rule.id)), ...own];
}

/** What the detector calls and an alert shows; TypeScript has checked the rest. */
function isRule(value: unknown): value is Rule {
  if (typeof value !== "object" || value === null) return false;
  const { id, title, severity, reason, techniques, actions, alertTitle, dedupeKey } =
    value as Partial<Rule>;
  return (
    [id, title, reason].every((text) => typeof text === "string") &&
    SEVERITIES.some((known) => known === severity) &&
    [techniques, actions].every(Array.isArray) &&
    [alertTitle, dedupeKey].every((call) => typeof call === "function")
  );
}
