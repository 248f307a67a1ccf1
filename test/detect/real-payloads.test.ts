import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NO_CONTEXT, ruleMatches } from "../../lib/detect/rule.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";

const SHARED = new URL("../../../shared/", import.meta.url);

/** Payloads that others published or reported stand beside the repository; elsewhere this has no input. */
const files = existsSync(SHARED)
  ? globSync("{samples,cases}/**/*.{json,ndjson}", { cwd: SHARED }).sort()
  : [];

describe.runIf(files.length > 0)("real payloads", () => {
  it("give the alerts that a person would want, and no others", () => {
    const alerts = files.flatMap((file) =>
      entriesIn(file).flatMap((entry) =>
        RULES.filter((rule) => ruleMatches(rule, entry, NO_CONTEXT)).map((rule) => ({
          file,
          alert: `${rule.severity} ${rule.id}: ${rule.alertTitle(entry)}`,
        })),
      ),
    );

    const byFile = Map.groupBy(alerts, ({ file }) => file);
    expect(
      Object.fromEntries(
        [...byFile].map(([file, of]) => [file, [...new Set(of.map(({ alert }) => alert))]]),
      ),
    ).toEqual(
      Object.fromEntries(Object.entries(EXPECTED).map(([file, of]) => [file, Object.keys(of)])),
    );
  });
});

/** Whatever in a file looks like an entry: pages, lines, tests of others. */
function entriesIn(file: string): AuditLogEntry[] {
  const text = readFileSync(new URL(file, SHARED), "utf8").replace(/^\uFEFF/, "");
  const values = /\.ndjson$|concat/.test(file) ? text.split(/\n|(?<=\})(?=\{)/) : [text];
  return values
    .filter((value) => value.trim() !== "")
    .flatMap((value) => entriesOf(JSON.parse(value)));
}

function entriesOf(value: unknown): AuditLogEntry[] {
  if (typeof value !== "object" || value === null) return [];
  return "actor" in value && "action" in value
    ? [value as AuditLogEntry]
    : Object.values(value).flatMap(entriesOf);
}

/** Each alert that a file gives, and why it is no false one. */
const EXPECTED: Record<string, Record<string, string>> = {
  "cases/06_app_admin_scopes_org_install.ndjson": {
    'high app-admin-scope-granted: "Root Admin" (root@example.com) gave app "Sync" admin.users:write in "Org"':
      "the scopes are admin scopes, and the token is worth an owner's password",
    'low app-installed: "Root Admin" (root@example.com) installed app "Sync" in "Org"':
      "an app came in, or into one more workspace",
    'high app-admin-scope-granted: "Root Admin" (root@example.com) gave app "Sync" admin, auditlogs:read in "Org"':
      "the scopes are admin scopes, and the token is worth an owner's password",
  },
  "cases/07a_retention_two_channels.ndjson": {
    'medium retention-changed: "Root Admin" (root@example.com) changed the retention of channel "c1" in "Org" (channel_retention_changed)':
      "content is deleted sooner",
    'medium retention-changed: "Root Admin" (root@example.com) changed the retention of channel "c2" in "Org" (channel_retention_changed)':
      "content is deleted sooner",
  },
  "cases/07b_retention_record_channels.ndjson": {
    'medium retention-changed: "Root Admin" (root@example.com) changed the retention of "Org" (pref.private_record_channel_retention_changed)':
      "content is deleted sooner",
    'medium retention-changed: "Root Admin" (root@example.com) changed the retention of "Org" (pref.dm_retention_redaction_duration)':
      "content is deleted sooner",
    'medium retention-changed: "Root Admin" (root@example.com) changed the retention of "Org" (pref.public_record_channel_redaction_duration_changed)':
      "content is deleted sooner",
  },
  "samples/elastic/pipeline_test_audit.ndjson": {
    'low anomaly-new-address: Slack reports an anomaly of user "Joe Bob" (jbob@example.com): asn, ip_address':
      "Slack names the address; it is on no list",
    'medium anomaly-suspicious-network: Slack reports an anomaly of user "Joe Bob" (jbob@example.com): asn, ip_address':
      "Slack names the network",
    'low anomaly-new-address: Slack reports an anomaly of user "John Doe" (john@example.com): asn, ip_address':
      "Slack names the address; it is on no list",
    'medium anomaly-suspicious-network: Slack reports an anomaly of user "John Doe" (john@example.com): asn, ip_address':
      "Slack names the network",
    'high malicious-file-shared: Malware found in file "mimi.zip" in "Elastic" of "XXXXXx" (XXXXXXX@elastic.co)':
      "Slack found malware",
  },
  "samples/java-slack-sdk/details_changed_value_key_value_json.json": {
    'medium external-sharing-policy-changed: "Alice" (foo@example.com) changed the Slack Connect policy of "Org Name" (pref.who_can_manage_ext_shared_channels)':
      "others may now connect channels",
  },
  "samples/panther/rule_test_logs.json": {
    'medium app-scopes-expanded: "username" (user@example.com) expanded the access of workspace "test-workspace-1" in "test-workspace": team:read, im:history':
      "the app can do more; Slack does not always say what",
    'medium app-scopes-expanded: "username" (user@example.com) expanded the access of workspace "test-workspace-1" in "test-workspace"':
      "the app can do more; Slack does not always say what",
    'low app-installed: "primary-owner" (user@example.com) installed app "Notion" in "test-workspace-1"':
      "an app came in, or into one more workspace",
    'high app-admin-scope-granted: "primary-owner" (user@example.com) gave app "app-name" admin in "test-workspace-1"':
      "the scopes are admin scopes, and the token is worth an owner's password",
    'low app-installed: "primary-owner" (user@example.com) installed app "app-name" in "test-workspace-1"':
      "an app came in, or into one more workspace",
    'low app-removed: "primary-owner" (user@example.com) removed or restricted app "app-name" in "test-workspace-1" (app_restricted)':
      "an app is gone",
    'low app-removed: "primary-owner" (user@example.com) removed or restricted app "app-name" in "test-workspace-1" (app_uninstalled)':
      "an app is gone",
    'low app-removed: "primary-owner" (user@example.com) removed or restricted app "app-name" in "test-workspace-1" (org_app_workspace_removed)':
      "an app is gone",
    'low user-session-reset: "primary-owner" (admin@example.com) reset the sessions of user "target-user" (target@example.com) in "test-workspace-1"':
      "an admin, not Slack or the user",
    'high bulk-session-reset: "workspace-admin" (admin@example.com) reset the sessions of many users: user "target-user" (target@example.com) in "test-workspace-1"':
      "many are signed out",
    'low user-session-reset: "security-admin" (admin@example.com) reset the sessions of user "victim-user" (victim@example.com) in "test-workspace-1"':
      "an admin, not Slack or the user",
    'low organization-created: "username" (user@example.com) created the organization "test-workspace"':
      "rare",
    'high dlp-rule-changed: "username" (user@example.com) changed data loss prevention in "test-workspace" (native_dlp_rule_deactivated)':
      "a rule no longer runs",
    'medium dlp-violation-deleted: "username" (user@example.com) deleted a data loss prevention finding in "test-workspace"':
      "a finding is gone",
    'high ekm-logging-changed: "username" (user@example.com) changed the logging of enterprise key management in "test-workspace"':
      "the key access log goes elsewhere",
    'critical ekm-removed: "username" (user@example.com) removed enterprise key management from "test-workspace" (ekm_slackbot_unenroll_notification_sent)':
      "the keys are gone, or Slack tells people that they are",
    'critical ekm-removed: "username" (user@example.com) removed enterprise key management from "test-workspace" (ekm_unenrolled)':
      "the keys are gone, or Slack tells people that they are",
    'high idp-configuration-changed: "username" (user@example.com) changed the identity provider configuration of "test-workspace" (idp_configuration_added)':
      "someone else can issue sign-ins",
    'high idp-configuration-changed: "username" (user@example.com) changed the identity provider configuration of "test-workspace" (idp_configuration_deleted)':
      "someone else can issue sign-ins",
    'high idp-configuration-changed: "username" (user@example.com) changed the identity provider configuration of "test-workspace" (idp_prod_configuration_updated)':
      "someone else can issue sign-ins",
    'high information-barrier-changed: "username" (user@example.com) changed an information barrier in "test-workspace" (barrier_deleted)':
      "a barrier is gone, or another",
    'high information-barrier-changed: "username" (user@example.com) changed an information barrier in "test-workspace" (barrier_updated)':
      "a barrier is gone, or another",
    'high intune-disabled: "username" (user@example.com) disabled Intune mobile management in "test-workspace"':
      "phones are not managed",
    'high legal-hold-weakened: "username" (user@example.com) changed the legal hold an unnamed entity in "test-workspace" (legal_hold_policy_entities_deleted)':
      "less is on hold",
    'high legal-hold-weakened: "username" (user@example.com) changed the legal hold an unnamed entity in "test-workspace" (legal_hold_policy_exclusion_added)':
      "less is on hold",
    'high legal-hold-weakened: "username" (user@example.com) changed the legal hold an unnamed entity in "test-workspace" (legal_hold_policy_released)':
      "less is on hold",
    'high legal-hold-weakened: "username" (user@example.com) changed the legal hold an unnamed entity in "test-workspace" (legal_hold_policy_updated)':
      "less is on hold",
    'high mfa-settings-changed: "username" (user@example.com) changed two-factor authentication in "test-workspace"':
      "the entry does not say to which value",
    'critical organization-deleted: "username" (user@example.com) deleted "test-workspace" (organization_deleted)':
      "all is gone",
    'medium anomaly-unlisted-reason: Slack reports an anomaly of "primary-owner" (user@example.com): no reason given':
      "an anomaly without a reason must not pass in silence",
    'high anomaly-session-theft: Slack reports an anomaly of user "primary-owner" (user@example.com): session_fingerprint':
      "Slack names the fingerprint",
    'high malicious-file-shared: Malware found in an unnamed entity in "test-workspace-1" of "primary-owner" (user@example.com)':
      "Slack found malware",
    'medium private-channel-made-public: "username" (user@example.com) made an unnamed entity in "test-workspace" public':
      "its history is open to all",
    'medium role-changed-to-user: "primary-owner" (slack-enterprise-example@example.io) made user "Example Account" (example-account@example.com) an ordinary member of "example-workspace"':
      "an admin may have lost power, or a guest gained rights",
    'high admin-granted: "primary-owner" (slack-enterprise-example@example.io) made user "Example Account" (example-account@example.com) an admin in "example-workspace"':
      "one more admin",
    'high service-owner-transferred: "username" (user@example.com) transferred the ownership of a service in "test-workspace"':
      "another owner",
    'high sso-settings-changed: "username" (user@example.com) changed single sign-on in "test-workspace"':
      "the entry does not say to which value",
    'critical ownership-transferred: "username" (user@example.com) transferred the primary ownership of "test-workspace" to user "primary-owner" (user@example.com)':
      "another primary owner",
    'medium permissions-assigned: "username" (user@example.com) assigned permissions to user "primary-owner" (user@example.com) in "test-workspace"':
      "a whole class of accounts, or a user, may do more",
    'high admin-granted: "username" (user@example.com) made user "primary-owner" (user@example.com) an admin in "test-workspace"':
      "one more admin",
    'critical owner-granted: "username" (user@example.com) made user "primary-owner" (user@example.com) an owner in "test-workspace"':
      "one more owner",
  },
  "samples/slack-docs/anomaly_ip_address.json": {
    'low anomaly-new-address: Slack reports an anomaly of user "Alice Smith" (alice.smith@example.com): ip_address':
      "Slack names the address; it is on no list",
  },
  "samples/visicore-cribl/live_events_2025-12_pseudonymised.json": {
    'high app-admin-scope-granted: "sample_user" (sample.user@example.com) gave app "Test OAuth" auditlogs:read in "Example-Org"':
      "the scopes are admin scopes, and the token is worth an owner's password",
    'low app-installed: "sample_user" (sample.user@example.com) installed app "Test OAuth" in "Example-Org"':
      "an app came in, or into one more workspace",
    'high app-admin-scope-granted: "sample_user" (sample.user@example.com) gave app "Example App" auditlogs:read in "Workspace 3"':
      "the scopes are admin scopes, and the token is worth an owner's password",
    'low app-installed: "sample_user" (sample.user@example.com) installed app "Example App" in "Workspace 3"':
      "an app came in, or into one more workspace",
    'medium permissions-assigned: "Sample Owner" (sample.owner@example.com) assigned permissions to account type role "WORKSPACE_ADMIN" (ARCHIVE_CHANNEL) in "Example-Org"':
      "a whole class of accounts, or a user, may do more",
    'medium permissions-assigned: "Sample Owner" (sample.owner@example.com) assigned permissions to account type role "WORKSPACE_OWNER" (REVIEW_FLAGGED_CONTENT) in "Example-Org"':
      "a whole class of accounts, or a user, may do more",
    'medium permissions-assigned: "Sample Owner" (sample.owner@example.com) assigned permissions to account type role "WORKSPACE_OWNER" (CREATE_CANVAS_TEMPLATES) in "Example-Org"':
      "a whole class of accounts, or a user, may do more",
    'medium permissions-assigned: "Sample Owner" (sample.owner@example.com) assigned permissions to account type role "WORKSPACE_PRIMARY_OWNER" (CREATE_CANVAS_TEMPLATES) in "Example-Org"':
      "a whole class of accounts, or a user, may do more",
    'medium permissions-assigned: "Sample Owner" (sample.owner@example.com) assigned permissions to account type role "FULL_MEMBER" (CREATE_CANVAS_TEMPLATES) in "Example-Org"':
      "a whole class of accounts, or a user, may do more",
    'medium permissions-assigned: "Sample Owner" (sample.owner@example.com) assigned permissions to account type role "ORG_ADMIN" (UNARCHIVE_CHANNEL) in "Example-Org"':
      "a whole class of accounts, or a user, may do more",
  },
};
