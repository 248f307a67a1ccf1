import { describe, expect, it } from "vitest";
import { type Rule, SEVERITIES } from "../../lib/detect/rule.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import { TECHNIQUES, type TechniqueId, techniqueUrl } from "../../lib/detect/techniques.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";

describe("docs/reference/detections.md", () => {
  it("says of each rule what the rule says", async () => {
    // After a change of a rule: npm run docs
    await expect(renderDetections(RULES)).toMatchFileSnapshot("../../docs/reference/detections.md");
  });
});

function renderDetections(rules: readonly Rule[]): string {
  const urgency = ({ severity }: Rule) => SEVERITIES.indexOf(severity);
  const sorted = rules.toSorted((a, b) => urgency(b) - urgency(a) || a.id.localeCompare(b.id));
  return `# Detections

${rules.length} rules run over every new object (\`functions/detect\`) and over history (\`audit-lake detect\`). A rule looks at one entry; questions about several entries are [saved queries](queries.md). Entries with the same dedupe key in one period (an hour unless configured) are one alert: what one person did to one user, app, channel or setting. Five rules make one alert of what a person does to many, and their title names the first: \`dlp-violation-deleted\`, \`empty-user-agent\`, \`public-file-link-created\`, \`role-changed-to-guest\` and \`user-session-reset\`.

Where an entry has two members with one name, the first counts, for rules as for queries.

To turn a rule off or change its severity, name its id in \`audit-lake.config.ts\`: see [Detection](../operate/detection.md). Before that, count what each rule would have raised with \`audit-lake detect --archive DIR --from TIME\`.

A new rule is a file in \`lib/detect/rules/\` with its own true and false cases, and a line in \`index.ts\` there. This page is generated from the rules by \`npm run docs\`.

| Severity | Rule | Alert | Why it matters | ATT&CK |
| --- | --- | --- | --- | --- |
${sorted.map(renderRow).join("\n")}

## Actions by rule

${sorted.map(({ id, actions, reference }) => `- [\`${id}\`](${reference}): ${actions.map((name) => `\`${name}\``).join(", ")}`).join("\n")}

## What each rule leaves out

Each of these entries is a test of its rule.

${sorted.map(renderOmissions).join("\n")}

## Techniques

${Object.entries(TECHNIQUES)
  .map(([id, name]) => `- [${id}](${techniqueUrl(id as TechniqueId)}) ${name}`)
  .join("\n")}
`;
}

/** Of rules and saved queries, in a text. */
const NAMES = new RegExp(
  `\\b(?:${[...RULES.map(({ id }) => id), ...SAVED_QUERIES.keys()].filter((name) => name.includes("-")).join("|")})\\b`,
  "g",
);

function renderOmissions({ id, examples: { ignore } }: Rule): string {
  const byReason = Map.groupBy(ignore, ({ because }) => because);
  const omissions = [...byReason].map(
    ([because, entries]) =>
      `${entries.map(({ name }) => name).join(", ")} (${because.replace(NAMES, "`$&`")})`,
  );
  return `- \`${id}\`: ${omissions.join("; ")}.`;
}

function renderRow({ severity, id, title, reason, techniques }: Rule): string {
  return `| ${severity} | \`${id}\` | ${title} | ${reason} | ${techniques.join(", ")} |`;
}
