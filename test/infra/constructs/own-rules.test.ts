import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { bundleOwnRules } from "../../../infra/constructs/own-rules.ts";
import { rulesOf } from "../../../lib/detect/own-rules.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-rules-"));
});
afterEach(() => rm(folder, { recursive: true }));

const RULE = `import { actorName, type Rule } from "slack-audit-lake/rules";
import { TITLE } from "./shared/title.ts";
export const mine: Rule = {
  id: "intune-disabled", title: TITLE, severity: "critical", reason: "R", checks: [],
  falsePositives: [], query: "user-trail", techniques: [], reference: "", actions: ["user_login"],
  alertTitle: (entry) => actorName(entry) + " came", dedupeKey: (entry) => entry.id,
  examples: { match: [], ignore: [] },
};`;

it("makes one module of a folder, with what it imports", async () => {
  await mkdir(join(folder, "shared"));
  await writeFile(join(folder, "shared/title.ts"), 'export const TITLE: string = "Ours";');
  await writeFile(join(folder, "mine.ts"), RULE);
  const file = join(folder, "bundle.mjs");
  await writeFile(file, bundleOwnRules(folder));

  const own = rulesOf(createRequire(file)("./bundle.mjs"));
  expect(own).toMatchObject([{ id: "intune-disabled", title: "Ours", severity: "critical" }]);
  expect(own[0]?.alertTitle({ actor: { type: "user", user: { name: "Ann" } } } as never)).toContain(
    "Ann",
  );
});

it.each([
  ["no module", "notes.md", "x", /^detection.ownRules: there is no module in /],
  [
    "no rule",
    "a.ts",
    "export const a: number = 1;",
    /^detection.ownRules: a.ts must export rules, and nothing else$/,
  ],
  ["no TypeScript", "a.ts", "export const = ;", /^detection.ownRules: Build failed .*a.ts:1/s],
  ["a missing import", "a.ts", 'export * from "./b.ts";', /^detection.ownRules: .*"\.\/b.ts"/s],
])("refuses a folder with %s at synthesis", async (_what, name, text, message) => {
  await writeFile(join(folder, name), text);

  expect(() => bundleOwnRules(folder)).toThrow(message);
});
