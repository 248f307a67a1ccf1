import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { actionsOf as actionsOfRule } from "../../lib/detect/correlation.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { SAVED_QUERIES, type SavedQuery } from "../../lib/sql/saved-queries.ts";
import { HARMLESS_ACTIONS } from "./harmless-actions.ts";

/** What is known of one action. */
interface Verdict {
  action: string;
  rules: string[];
  queries: string[];
  harmless: string[];
}

/** Queries that take any action say nothing of one. */
const OF_ANY_ACTION = new Set([
  "actions",
  "address-trail",
  "completeness",
  "duplicates",
  "new-actions",
  "new-fields",
  "new-addresses-and-clients",
  "several-networks",
  "stolen-sessions",
  "user-trail",
]);

const QUERIES = [...SAVED_QUERIES.values()]
  .filter(({ name }) => !OF_ANY_ACTION.has(name))
  .map((query) => ({ name: query.name, looksFor: actionsOf(query) }));

const VERDICTS = knownActions().map(
  (action): Verdict => ({
    action,
    rules: DETECTIONS.filter((rule) => actionsOfRule(rule).includes(action)).map(({ id }) => id),
    queries: QUERIES.filter(({ looksFor }) => looksFor(action)).map(({ name }) => name),
    harmless: HARMLESS_ACTIONS.filter(({ actions }) => actions.includes(action)).map(
      ({ because }) => because,
    ),
  }),
);

describe("a verdict on every action", () => {
  it("knows Slack's list and what was seen besides", () => {
    expect(VERDICTS.length).toBeGreaterThanOrEqual(772);
  });

  it("is a rule, a query, or one reason", () => {
    expect(
      VERDICTS.filter(({ rules, queries, harmless }) => {
        const isCovered = rules.length + queries.length > 0;
        return isCovered ? harmless.length > 0 : harmless.length !== 1;
      }),
    ).toEqual([]);
  });

  it("is of no action that does not exist", () => {
    const known = new Set(VERDICTS.map(({ action }) => action));
    const named = [
      ...DETECTIONS.flatMap(actionsOfRule),
      ...HARMLESS_ACTIONS.flatMap(({ actions }) => actions),
    ];

    expect(named.filter((action) => !known.has(action))).toEqual([]);
  });

  it("is in docs/reference/actions.md", async () => {
    // After a change of rules, queries or Slack's list: npm run docs
    await expect(renderActions()).toMatchFileSnapshot("../../docs/reference/actions.md");
  });
});

/** Slack's list, as stored, and the actions that were seen besides. */
function knownActions(): string[] {
  const texts = ["listed-actions.ts", "actions.ts"].map((file) =>
    readFileSync(new URL(`../../lib/slack/types/${file}`, import.meta.url), "utf8"),
  );
  const names = texts.flatMap((text) => [...text.matchAll(/"([a-z][\w.]*)"/gi)]);
  return [...new Set(names.map(([, name = ""]) => name))].sort();
}

/** Whether a query looks for an action, as its conditions say. */
function actionsOf(query: SavedQuery): (action: string) => boolean {
  const sql = query.sql().replace(/NOT IN \([^)]*\)/g, "");
  const texts = (pattern: RegExp) => [...sql.matchAll(pattern)].map(([, text = ""]) => text);
  const names = texts(/\baction (?:IN|=) (\([^)]*\)|'[^']*')/g).flatMap(
    (list) => list.match(/[\w.]+/g) ?? [],
  );
  const patterns = [
    ...texts(/\baction LIKE '([^']*)'/g).map(
      (like) => `^${like.replaceAll("%", ".*").replaceAll("_", ".")}$`,
    ),
    ...texts(/\bstrpos\(action, '([^']*)'\) > 0/g),
    ...texts(/regexp_like\(\s*action,\s*'([^']*)'/g),
  ].map((pattern) => new RegExp(pattern));
  return (action) => names.includes(action) || patterns.some((pattern) => pattern.test(action));
}

function renderActions(): string {
  const counts = {
    rules: VERDICTS.filter(({ rules }) => rules.length > 0).length,
    queries: VERDICTS.filter(({ rules, queries }) => rules.length === 0 && queries.length > 0)
      .length,
    harmless: VERDICTS.filter(({ harmless }) => harmless.length > 0).length,
  };
  return `# Actions

What looks for each action that Slack lists, or that was seen in entries besides: a [rule](detections.md) (${counts.rules} actions), only a [saved query](queries.md) (${counts.queries}), or nothing, for a reason (${counts.harmless}). The queries \`actions\`, \`new-actions\`, \`user-trail\` and \`address-trail\` have every action, known or not. \`npm run docs\` generates this page.

| Action | Rules | Queries | Harmless, because |
| --- | --- | --- | --- |
${VERDICTS.map(renderVerdict).join("\n")}
`;
}

function renderVerdict({ action, rules, queries, harmless }: Verdict): string {
  const code = (names: string[]) => names.map((name) => `\`${name}\``).join(", ");
  return `| \`${action}\` | ${code(rules)} | ${code(queries)} | ${harmless.join(" ")} |`;
}
