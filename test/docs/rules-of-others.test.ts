import { expect, it } from "vitest";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";

/** What another product looks for in Slack's audit logs, and what of ours does. */
interface Counterpart {
  theirs: string;
  /** Ids of our rules and saved queries. */
  ours: readonly string[];
  /** Where ours is no rule, or finds something else. */
  remark?: string;
}

const PANTHER: readonly Counterpart[] = [
  { theirs: "App Access Expanded", ours: ["app-scopes-expanded", "app-admin-scope-granted"] },
  { theirs: "App Added", ours: ["app-installed", "app-approved"] },
  { theirs: "App Removed", ours: ["app-removed", "own-app-removed"] },
  {
    theirs: "Denial of Service",
    ours: ["bulk-session-reset", "user-session-reset", "many-sessions-reset"],
  },
  { theirs: "DLP Modified", ours: ["dlp-rule-changed", "dlp-violation-deleted"] },
  { theirs: "EKM Config Changed", ours: ["ekm-logging-changed"] },
  { theirs: "EKM Slackbot Unenrolled", ours: ["ekm-removed"] },
  { theirs: "EKM Unenrolled", ours: ["ekm-removed"] },
  { theirs: "IDP Configuration Changed", ours: ["idp-configuration-changed"] },
  { theirs: "Information Barrier Modified", ours: ["information-barrier-changed"] },
  { theirs: "Intune MDM Disabled", ours: ["intune-disabled"] },
  { theirs: "Legal Hold Policy Modified", ours: ["legal-hold-weakened"] },
  { theirs: "MFA Settings Changed", ours: ["mfa-settings-changed"] },
  { theirs: "Organization Created", ours: ["organization-created", "workspace-created"] },
  { theirs: "Organization Deleted", ours: ["organization-deleted"] },
  {
    theirs: "Passthrough Anomaly Event",
    ours: ["anomaly-unlisted-reason", "anomalies-by-reason"],
    remark: "one rule for each reason of Slack's list, and this one for all others",
  },
  {
    theirs: "Potentially Malicious File Shared",
    ours: ["malicious-file-shared", "suspicious-file-shared"],
  },
  { theirs: "Private Channel Made Public", ours: ["private-channel-made-public"] },
  { theirs: "Service Owner Transferred", ours: ["service-owner-transferred"] },
  { theirs: "SSO Settings Changed", ours: ["sso-settings-changed"] },
  {
    theirs: "User Privilege Escalation",
    ours: ["owner-granted", "admin-granted", "ownership-transferred", "permissions-assigned"],
  },
  { theirs: "User Privileges Changed to User", ours: ["role-changed-to-user"] },
];

const SENTINEL_RULES: readonly Counterpart[] = [
  { theirs: "Empty User Agent", ours: ["empty-user-agent"] },
  {
    theirs: "Multiple archived files uploaded in short period of time",
    ours: ["many-archives-uploaded"],
    remark: "sliding window, no fixed buckets",
  },
  {
    theirs: "Multiple failed logins for user",
    ours: ["many-failed-logins", "login-after-failures", "many-users-failing-from-address"],
    remark: "sliding window, no fixed buckets",
  },
  {
    theirs: "Public link created for file which can contain sensitive information",
    ours: ["public-link-to-secret"],
  },
  {
    theirs: "Suspicious file downloaded",
    ours: ["suspicious-file-shared", "malware-spread"],
    remark:
      "theirs matches any extension of one to four letters; ours, types that run when they are opened, when they are shared",
  },
  {
    theirs: "Unknown User Agent",
    ours: ["new-addresses-and-clients", "anomaly-new-client"],
    remark: "a query, since every upgrade of a client is a new one; Slack's own anomaly is a rule",
  },
  { theirs: "User role changed to admin or owner", ours: ["admin-granted", "owner-granted"] },
  { theirs: "User email linked to account changed", ours: ["user-email-changed"] },
  {
    theirs: "User login after deactivated",
    ours: ["login-after-deactivation", "activity-after-deactivation"],
  },
];

const SENTINEL_HUNTING: readonly Counterpart[] = [
  { theirs: "Applications installed", ours: ["app-installed", "apps-and-scopes", "app-changes"] },
  { theirs: "Deactivated users", ours: ["account-changes"] },
  { theirs: "Downloaded files stats", ours: ["downloads-by-volume", "many-files-downloaded"] },
  {
    theirs: "Failed logins with unknown username",
    ours: ["failed-logins-and-session-resets", "many-users-failing-from-address"],
  },
  { theirs: "New User created", ours: ["account-changes"] },
  { theirs: "Suspicious files downloaded", ours: ["malware-spread", "suspicious-file-shared"] },
  {
    theirs: "Uploaded files stats",
    ours: ["many-archives-uploaded"],
    remark:
      "uploads of one person are no sign by themselves; count them with `GROUP BY actor_email`",
  },
  { theirs: "User logins by IP", ours: ["logins", "several-networks"] },
  { theirs: "User Permission Changed", ours: ["admin-and-role-grants", "permissions-assigned"] },
  {
    theirs: "Users joined channels without invites",
    ours: ["user-trail"],
    remark:
      "no rule: joining public channels is what members do all day; `details.type` in `user-trail` says whether someone was invited, and `many-channels-read` finds who looks into many",
  },
];

const DATADOG: readonly Counterpart[] = [
  { theirs: "Slack anomaly event", ours: ["anomaly-unlisted-reason", "anomalies-by-reason"] },
  {
    theirs: "Slack Brute force attack on user",
    ours: ["login-after-failures", "many-failed-logins"],
  },
  {
    theirs: "Slack CLI login from suspicious IP address",
    ours: ["anomaly-tor", "anomaly-threat-listed-address", "anomaly-suspicious-network"],
    remark: "by Slack's own anomaly of the address, whatever was done from it",
  },
  {
    theirs: "Slack data loss prevention rule modified",
    ours: ["dlp-rule-changed", "dlp-violation-deleted"],
  },
  {
    theirs: "Slack enterprise workspace created or deleted",
    ours: ["workspace-created", "organization-deleted"],
  },
  { theirs: "Slack IdP configuration changed", ours: ["idp-configuration-changed"] },
  {
    theirs: "Slack user logout due to suspicious activity",
    ours: ["account-compromise-response"],
  },
];

const TABLES: readonly [title: string, source: string, rows: readonly Counterpart[]][] = [
  [
    "Panther",
    "All 22 rules in [panther-analysis](https://github.com/panther-labs/panther-analysis/tree/develop/rules/slack_rules). Where its test cases are at hand, `test/detect/published-rules.test.ts` runs them.",
    PANTHER,
  ],
  [
    "Microsoft Sentinel: analytic rules",
    "All 9 of [Solutions/SlackAudit](https://github.com/Azure/Azure-Sentinel/tree/master/Solutions/SlackAudit).",
    SENTINEL_RULES,
  ],
  ["Microsoft Sentinel: hunting queries", "All 10 of the same solution.", SENTINEL_HUNTING],
  [
    "Datadog",
    "The 7 of its [default rules](https://docs.datadoghq.com/security/default_rules/) for Slack that we could read; the list is only shown in a browser, so there may be more.",
    DATADOG,
  ],
];

it("docs/reference/rules-of-others.md names rules and queries that exist", async () => {
  const known = new Set([...DETECTIONS.map(({ id }) => id), ...SAVED_QUERIES.keys()]);
  const named = TABLES.flatMap(([, , rows]) => rows.flatMap(({ ours }) => ours));
  expect(named.filter((id) => !known.has(id))).toEqual([]);
  expect(TABLES.map(([, , rows]) => rows.length)).toEqual([22, 9, 10, 7]);

  const sections = TABLES.map(
    ([title, source, rows]) => `## ${title}

${source}

| Theirs | Ours | Remark |
| --- | --- | --- |
${rows.map(({ theirs, ours, remark = "" }) => `| ${theirs} | ${ours.map((id) => `\`${id}\``).join(", ")} | ${remark} |`).join("\n")}
`,
  );
  const page = `# Rules of other products

What other products look for in Slack's audit logs, and the [rules](detections.md) and [saved queries](queries.md) of ours that do. \`npm run docs\` generates this page.

${sections.join("\n")}`;
  await expect(page).toMatchFileSnapshot("../../docs/reference/rules-of-others.md");
});
