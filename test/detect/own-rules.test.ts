import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { rulesOf, withOwnRules } from "../../lib/detect/own-rules.ts";

const [ours] = DETECTIONS;
const rule = { ...ours, alertTitle: () => "Mine", dedupeKey: () => "mine" };

it("finds what rules import, in a clone as where the package is installed", () => {
  const { resolve } = createRequire(import.meta.url);
  expect(resolve("slack-audit-lake/rules")).toBe(
    fileURLToPath(new URL("../../lib/detect/index.ts", import.meta.url)),
  );
});

it("takes the rules of every module, and one in the place of ours", () => {
  const own = rulesOf({ "a.ts": { x: rule, y: { ...rule, id: "own" } }, "b.ts": { x: rule } });
  expect(own).toHaveLength(3);

  const rules = withOwnRules(DETECTIONS, own.slice(0, 2));
  expect(rules).toHaveLength(DETECTIONS.length + 1);
  expect(rules.slice(-2)).toEqual(own.slice(0, 2));
});

it.each([
  ["nothing", {}],
  ["something else", { x: rule, y: 1 }],
  ["a severity that there is not", { x: { ...rule, severity: "urgent" } }],
  ["no title of an alert", { x: { ...rule, alertTitle: undefined } }],
])("refuses a module that exports %s", (_what, module) => {
  expect(() => rulesOf({ "a.ts": module })).toThrow("a.ts must export rules, and nothing else");
});
