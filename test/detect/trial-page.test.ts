import { expect, it } from "vitest";
import type { StoryName } from "../../fake-slack/organization/stories.ts";
import { Organization } from "../../fake-slack/organization.ts";
import type { Alert } from "../../lib/detect/alert.ts";
import { detectArchive } from "../../lib/detect/detect-archive.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { archiveOf } from "./archive-of.ts";

const MONDAY = Date.UTC(2026, 2, 2) / 1000;
const WEEK = 7 * SECONDS_PER_DAY;
const USERS = 1000;
const MAX_ALERTS_A_DAY = 5;

/** Each story, and a rule that must find it whatever else does. */
const FOUND_BY: Record<StoryName, string> = {
  admin_granted_at_night: "admin-granted",
  app_scopes_widened: "app-admin-scope-granted",
  evidence_released: "legal-hold-weakened",
  guessed_password: "login-after-failures",
  guest_downloads: "many-files-downloaded",
  malware_uploaded: "malicious-file-shared",
  organization_exported: "export-started",
  ownership_transferred: "ownership-transferred",
  private_channel_made_public: "private-channel-made-public",
  red_team_exercise: "anomaly-tor",
  security_settings_changed: "many-protections-changed",
  session_stolen: "anomaly-session-theft",
  sessions_reset: "bulk-session-reset",
  several_networks: "anomaly-suspicious-network",
  unknown_organization_invited: "external-organization-connected",
};

/** Why everyday work raises an alert, by the beginning of the rule's id. */
const EXPLANATIONS: Record<string, string> = {
  "anomaly-":
    "Slack itself reported an anomaly: the organization has a few of random reasons each week",
  "app-": "a colleague brought in, approved, widened or removed an ordinary app",
  "external-organization-invited": "a known partner was invited to one more channel",
  "external-sharing-policy-changed": "an admin changed who may share channels",
  "guest-invited-then-downloads": "a guest who is invited again goes on downloading as usual",
  "information-barrier-changed": "an admin maintains a barrier",
  "message-deletion-allowed": "an admin changed a setting of one workspace",
  "permissions-assigned": "an admin maintains the permissions of a role",
  "public-file-link-created": "a colleague made a public link to a file",
  "retention-changed": "an admin changed the retention of a channel",
  "role-assigned": "an admin gave a colleague a system role",
  "role-changed-to-": "an admin changed the kind of an account",
  "admin-granted": "an admin made a colleague an admin",
  "session-duration-changed": "an admin changed how long sessions last",
  "user-email-changed": "an admin changed the address of a colleague",
  "user-reactivated": "a colleague came back",
};

it("a week of the made-up organization raises what docs/reference/detection-trial.md says", async () => {
  const organization = new Organization({ users: USERS, entriesPerWeek: USERS * 170 });
  const end = MONDAY + WEEK;
  const archive = await archiveOf(organization.newestFirst(MONDAY, end - 1, end));
  const stories = organization.stories(MONDAY, end - 1);
  const storyOf = new Map(
    stories.flatMap(({ name, entries }) => entries.map(({ id = "" }) => [id, name] as const)),
  );

  const alerts: Alert[] = [];
  const settings = { rules: DETECTIONS, context: NO_CONTEXT, periodSeconds: 3600 };
  const findings = await detectArchive(archive, settings, {
    onAlert: (alert) => alerts.push(alert),
  });

  const { everyday = [], ...ofStories } = Object.groupBy(
    alerts,
    ({ entry }) => storyOf.get(entry.id) ?? "everyday",
  );
  for (const { name } of stories) {
    expect(rulesOf(ofStories[name] ?? []), name).toContain(FOUND_BY[name]);
  }
  const unexplained = rulesOf(everyday).filter((id) => explanationOf(id) === undefined);
  expect(unexplained).toEqual([]);
  expect(everyday.length / 7).toBeLessThanOrEqual(MAX_ALERTS_A_DAY);

  const page = renderPage({
    entries: findings.entries,
    stories: stories.map(({ name }) => ({ name, alerts: ofStories[name] ?? [] })),
    everyday,
  });
  // After a change of a rule or of the made-up organization: npm run docs
  await expect(page).toMatchFileSnapshot("../../docs/reference/detection-trial.md");
});

function rulesOf(alerts: readonly Alert[]): string[] {
  return [...new Set(alerts.map(({ ruleId }) => ruleId))].sort();
}

function explanationOf(ruleId: string): string | undefined {
  return Object.entries(EXPLANATIONS).find(([start]) => ruleId.startsWith(start))?.[1];
}

interface Trial {
  entries: number;
  /** In the order of their first entries. */
  stories: { name: StoryName; alerts: readonly Alert[] }[];
  /** Alerts of entries that belong to no story. */
  everyday: readonly Alert[];
}

function renderPage({ entries, stories, everyday }: Trial): string {
  const perDay = (alerts: readonly Alert[]) => (alerts.length / 7).toFixed(1);
  const urgent = everyday.filter(({ severity }) => severity !== "low");
  const byRule = [...Map.groupBy(everyday, ({ ruleId }) => ruleId)].toSorted(
    ([a, of], [b, others]) => others.length - of.length || a.localeCompare(b),
  );
  const storyRows = stories.map(({ name, alerts }) => {
    const found = rulesOf(alerts).map((id) => (id === FOUND_BY[name] ? `**${id}**` : id));
    return `| ${name.replaceAll("_", " ")} | ${alerts.length} | ${found.join(", ")} |`;
  });
  const everydayRows = byRule.map(
    ([id, of]) => `| \`${id}\` | ${of[0]?.severity} | ${of.length} | ${explanationOf(id)} |`,
  );
  return `# Trial of the detections

All rules, as they are by default, over one week of the made-up organization of \`npm start\`: ${USERS.toLocaleString("en")} people, ${entries.toLocaleString("en")} entries, ${stories.length} planted stories. How often everyday work installs apps, changes settings or meets an anomaly is an assumption, in \`fake-slack/organization/routine.ts\`: count what your own archive would have raised with \`audit-lake detect\`.

\`npm run docs\` generates this page, and \`test/detect/trial-page.test.ts\` fails when a story is not found by the rule in bold, when an alert without a story has no explanation, or when there are more than ${MAX_ALERTS_A_DAY} of them a day.

## Stories

| Story | Alerts | Rules |
| --- | --: | --- |
${storyRows.join("\n")}

## Alerts without a story

${everyday.length} in the week, ${perDay(everyday)} a day; ${urgent.length} of them, ${perDay(urgent)} a day, are of medium severity or higher.

| Rule | Severity | Alerts | Why it is raised |
| --- | --- | --: | --- |
${everydayRows.join("\n")}
`;
}
