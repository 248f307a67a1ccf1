import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundleOwnRules } from "../../../infra/config/own-rules.ts";
import { parseConfig } from "../../../infra/config/parse.ts";
import { rulesOf } from "../../../lib/detect/own-rules.ts";
import { MINIMAL_CONFIG } from "../synthesize.ts";

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
  await writeFile(file, bundleOwnRules(folder).code);

  const own = rulesOf(createRequire(file)("./bundle.mjs"));
  expect(own).toMatchObject([{ id: "intune-disabled", title: "Ours", severity: "critical" }]);
  expect(own[0]?.alertTitle({ actor: { type: "user", user: { name: "Ann" } } } as never)).toContain(
    "Ann",
  );
});

it.each([
  ["no module", "notes.md", "x", /^there is no module in /],
  ["no rule", "a.ts", "export const a: number = 1;", /^a.ts must export rules, and nothing else$/],
  ["no TypeScript", "a.ts", "export const = ;", /^Build failed .*a.ts:1/s],
  ["a missing import", "a.ts", 'export * from "./b.ts";', /^.*"\.\/b.ts"/s],
])("refuses a folder with %s at synthesis", async (_what, name, text, message) => {
  await writeFile(join(folder, name), text);

  expect(() => bundleOwnRules(folder)).toThrow(message);
});

describe("a configuration", () => {
  const suppression = { actor: "U1", reason: "ours", owner: "sec", expires: "2027-01-01" };
  const settings = (rule: string) => ({
    ownRules: folder,
    rules: { [rule]: "low" },
    suppressions: [{ rule, ...suppression }],
    targets: { soc: { type: "webhook", secret: "soc", url: "https://example.com/alerts" } },
    routes: [{ rules: [rule], targets: ["soc"] }],
  });
  const parsed = (detection: object) =>
    parseConfig({ ...MINIMAL_CONFIG, detection }, "test").detection;

  it("names rules of one's own in settings, suppressions and routes", async () => {
    await writeFile(join(folder, "mine.ts"), RULE.replace("intune-disabled", "mine"));
    await mkdir(join(folder, "shared"));
    await writeFile(join(folder, "shared/title.ts"), 'export const TITLE = "Ours";');
    expect(parsed(settings("mine"))).toMatchObject({
      rules: { mine: "low" },
      suppressions: [{ rule: "mine" }],
      routes: [{ rules: ["mine"] }],
      ownRules: { rules: [{ id: "mine" }] },
    });
    const unknown = { ...settings("mine"), suppressions: [], rules: {} };
    expect(() => parsed(settings("other"))).toThrow('no rule is called "other"');
    expect(() => parsed({ ...unknown, routes: settings("other").routes })).toThrow(
      "test: detection.routes[0].rules[0]: is no rule",
    );
  });

  it("says what is wrong with a folder of rules", async () => {
    await writeFile(join(folder, "a.ts"), "export const a: number = 1;");
    expect(() => parsed({ ownRules: folder })).toThrow(
      "test: detection.ownRules: a.ts must export rules, and nothing else",
    );
  });
});
