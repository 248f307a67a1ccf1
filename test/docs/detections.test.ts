import { describe, expect, it } from "vitest";
import { actionsOf, type Correlation, type Detection } from "../../lib/detect/correlation.ts";
import { CORRELATIONS } from "../../lib/detect/correlations/index.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { SEVERITIES } from "../../lib/detect/rule.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import {
  TACTICS,
  TECHNIQUES,
  type TechniqueId,
  techniqueUrl,
} from "../../lib/detect/techniques.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";

describe("docs/reference/detections.md", () => {
  it("says of each rule what the rule says", async () => {
    // After a change of a rule: npm run docs
    await expect(renderDetections()).toMatchFileSnapshot("../../docs/reference/detections.md");
  });
});

function bySeverity<T extends Detection>(rules: readonly T[]): T[] {
  const urgency = ({ severity }: T) => SEVERITIES.indexOf(severity);
  return rules.toSorted((a, b) => urgency(b) - urgency(a) || a.id.localeCompare(b.id));
}

function renderDetections(): string {
  const sorted = bySeverity(DETECTIONS);
  return `# Detections

${DETECTIONS.length} rules run over every new object (\`functions/detect\`) and over history (\`audit-lake detect\`): ${RULES.length} look at one entry, ${CORRELATIONS.length} correlate several. More questions about several entries are [saved queries](queries.md). Entries with the same dedupe key in one period (an hour unless configured) are one alert: what one person did to one user, app, channel or setting. Five rules make one alert of what a person does to many, and their title names the first: \`dlp-violation-deleted\`, \`empty-user-agent\`, \`public-file-link-created\`, \`role-changed-to-guest\` and \`user-session-reset\`.

Where an entry has two members with one name, the first counts, for rules as for queries.

To turn a rule off or change its severity, name its id in \`audit-lake.config.ts\`: see [Detection](../operate/detection.md). Before that, count what each rule would have raised with \`audit-lake detect --archive DIR --from TIME\`.

A new rule is a file in \`lib/detect/rules/\` or \`lib/detect/correlations/\` with its own true and false cases, and a line in \`index.ts\` there. This page is generated from the rules by \`npm run docs\`.

## Rules about one entry

| Severity | Rule | Alert | Why it matters | ATT&CK |
| --- | --- | --- | --- | --- |
${bySeverity(RULES).map(renderRow).join("\n")}

## Rules about several entries

They count entries, or what entries name, or look for one kind after another, within a sliding window of event time. In whatever order, how often and how late the entries come, the alerts are the same. [Detection](../operate/detection.md#rules-about-several-entries) describes what that means for an alert, and [ADR 23](../adr/0023-correlations.md) why.

| Severity | Rule | Alert | Condition | Why it matters | ATT&CK |
| --- | --- | --- | --- | --- | --- |
${bySeverity(CORRELATIONS).map(renderCorrelation).join("\n")}

## Actions by rule

${sorted
  .map(
    (rule) =>
      `- [\`${rule.id}\`](${rule.reference}): ${actionsOf(rule)
        .map((name) => `\`${name}\``)
        .join(", ")}`,
  )
  .join("\n")}

## What each rule leaves out

Each of these entries is a test of its rule.

${sorted.map(renderOmissions).join("\n")}

## What to check next

Each alert says this, and names the saved query.

${sorted.map(renderGuidance).join("\n")}

## Techniques

${Object.entries(TECHNIQUES)
  .map(([id, { name, tactics }]) => {
    const serves = tactics.map((tactic) => TACTICS[tactic]).join(", ");
    return `- [${id}](${techniqueUrl(id as TechniqueId)}) ${name}: ${serves}`;
  })
  .join("\n")}
`;
}

/** Of rules and saved queries, in a text. */
const NAMES = new RegExp(
  `\\b(?:${[...DETECTIONS.map(({ id }) => id), ...SAVED_QUERIES.keys()].filter((name) => name.includes("-")).join("|")})\\b`,
  "g",
);

function renderOmissions({ id, examples: { ignore } }: Detection): string {
  const omitted: readonly { name: string; because: string }[] = ignore;
  const byReason = Map.groupBy(omitted, ({ because }) => because);
  const omissions = [...byReason].map(
    ([because, entries]) =>
      `${entries.map(({ name }) => name).join(", ")} (${because.replace(NAMES, "`$&`")})`,
  );
  return `- \`${id}\`: ${omissions.join("; ")}.`;
}

function renderGuidance({ id, checks = [], falsePositives = [], query }: Detection): string {
  return `- \`${id}\`: ${checks.join(" ")} Often harmless: ${falsePositives.join(" ")} Query: [\`${query}\`](queries.md).`;
}

function renderCorrelation(rule: Correlation): string {
  const { severity, id, title, reason, techniques, steps, withinSeconds } = rule;
  const counts = steps.map(({ actions, atLeast = 1 }) => {
    const names =
      actions.length > 3
        ? `one of ${actions.length} actions`
        : actions.map((name) => `\`${name}\``).join(" or ");
    return `${atLeast === 1 ? "" : `${atLeast} × `}${names}`;
  });
  const [only] = steps;
  const isDistinct = "distinct" in only ? ", counting different ones" : "";
  return `| ${severity} | \`${id}\` | ${title} | ${counts.join(", then ")}${isDistinct}, within ${withinSeconds / 60} min | ${reason} | ${techniques.join(", ")} |`;
}

function renderRow({ severity, id, title, reason, techniques }: Detection): string {
  return `| ${severity} | \`${id}\` | ${title} | ${reason} | ${techniques.join(", ")} |`;
}
