import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { rulesOf, withOwnRules } from "../../lib/detect/own-rules.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import { RULES } from "../../lib/detect/rules/index.ts";

const [ours] = RULES;
const rule = { ...ours, alertTitle: () => "Mine", dedupeKey: () => "mine" } as Rule;

class MyRule {
  title = "Mine";
  dedupeKey() {
    return "mine";
  }
}

it("finds what rules import, in a clone as where the package is installed", () => {
  const { resolve } = createRequire(import.meta.url);
  expect(resolve("slack-audit-lake/rules")).toBe(
    fileURLToPath(new URL("../../lib/detect/index.ts", import.meta.url)),
  );
});

it("takes the rules of every module, and one in the place of ours", () => {
  const own = rulesOf({ "a.ts": { x: rule, y: { ...rule, id: "own" } }, "b.ts": { x: rule } });
  expect(own.map(({ id }) => id)).toEqual([rule.id, "own"]);

  const rules = withOwnRules(DETECTIONS, own);
  expect(rules).toHaveLength(DETECTIONS.length + 1);
  expect(rules.slice(-2)).toEqual(own);
});

it("gives rules entries that they cannot change", () => {
  const alertTitle = (entry: object) => Object.assign(entry, { id: "changed" });
  const [own] = rulesOf({ "a.ts": { x: { ...rule, alertTitle } } });
  expect(() => own?.alertTitle({ id: "a" } as never)).toThrow(TypeError);
});

it.each<[string, object, string]>([
  ["nothing", {}, "must export rules, and nothing else"],
  ["something else", { x: rule, y: 1 }, "must export rules, and nothing else"],
  [
    "another severity",
    { x: { ...rule, severity: "urgent" } },
    '"x": severity must be one of info,',
  ],
  [
    "no title of an alert",
    { x: { ...rule, alertTitle: undefined } },
    "alertTitle must be a function",
  ],
  ["no key", { x: { ...rule, dedupeKey: "k" } }, '"x": dedupeKey must be a function'],
  ["a condition that is none", { x: { ...rule, matches: true } }, "matches must be a function"],
  ["no reference", { x: { ...rule, reference: undefined } }, '"x": reference must be a text'],
  ["a query that is none", { x: { ...rule, query: 1 } }, '"x": query must be a text'],
  ["one check", { x: { ...rule, checks: "Ask." } }, '"x": checks must be a list of texts'],
  [
    "no action",
    { x: { ...rule, actions: [null] } },
    '"x": actions must be a list of names of actions, of 30000 characters',
  ],
  ...["", "a b", "o'clock", 'a"', "\\", "é"].map((name): [string, object, string] => [
    `the action ${JSON.stringify(name)}`,
    { x: { ...rule, actions: [name] } },
    '"x": actions must be a list of names of actions',
  ]),
  [
    "a technique that is none",
    { x: { ...rule, techniques: ["T9999"] } },
    "techniques must be a list",
  ],
  ["a technique twice", { x: { ...rule, techniques: ["T1080", "T1080"] } }, "each once"],
  [
    "an inherited name",
    { x: { ...rule, techniques: ["constructor"] } },
    "techniques must be a list",
  ],
  ["a path as an id", { x: { ...rule, id: "../x" } }, '"x": id must be letters, digits, ".",'],
  [
    "our name for expired ones",
    { x: { ...rule, id: "suppression-expired" } },
    '"x": id must not be',
  ],
  [
    "steps, as rules of ours about several entries have",
    { x: { ...rule, steps: "Call." } },
    'rule "x": unknown field "steps"; allowed: id, title,',
  ],
  ["a need that is none", { x: { ...rule, needs: "adresses" } }, 'needs must be "addresses"'],
  ["an instance of a class", { x: new MyRule() }, 'rule "x": must be a plain object'],
  ["a list", { x: [rule] }, 'rule "x": must be a plain object'],
  ["two with one id", { x: rule, y: { ...rule } }, `two rules have the id "${rule.id}"`],
])("refuses a module that exports %s", (_what, module, problem) => {
  expect(() => rulesOf({ "a.ts": module })).toThrow(/^a\.ts[: ][^\n]*$/);
  expect(() => rulesOf({ "a.ts": module })).toThrow(problem);
});
