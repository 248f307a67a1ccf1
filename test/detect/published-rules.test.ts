import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NO_CONTEXT, ruleMatches } from "../../lib/detect/rule.ts";
import { RULES } from "../../lib/detect/rules/index.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";

const SAMPLES = new URL("../../../shared/samples/", import.meta.url);

/** Our rules that together say what one of Panther's Slack rules says. */
const COUNTERPARTS: Record<string, RegExp> = {
  AppAccessExpanded: /^app-scopes-expanded$/,
  AppAdded: /^app-installed$/,
  AppRemoved: /^app-removed$/,
  ApplicationDoS: /^(?:bulk|user)-session-reset$/,
  DLPModified: /^dlp-/,
  EKMConfigChanged: /^ekm-logging-changed$/,
  EKMSlackbotUnenrolled: /^ekm-removed$/,
  EKMUnenrolled: /^ekm-removed$/,
  IDPConfigurationChanged: /^idp-configuration-changed$/,
  InformationBarrierModified: /^information-barrier-changed$/,
  IntuneMDMDisabled: /^intune-disabled$/,
  LegalHoldPolicyModified: /^legal-hold-weakened$/,
  MFASettingsChanged: /^mfa-settings-changed$/,
  OrgCreated: /^organization-created$/,
  OrgDeleted: /^organization-deleted$/,
  PassthroughAnomaly: /^anomaly-/,
  PotentiallyMaliciousFileShared: /^malicious-file-shared$/,
  PrivateChannelMadePublic: /^private-channel-made-public$/,
  SSOSettingsChanged: /^sso-settings-changed$/,
  ServiceOwnerTransferred: /^service-owner-transferred$/,
  UserPrivilegeChangedToUser: /^role-changed-to-user$/,
  UserPrivilegeEscalation:
    /^(?:owner-granted|admin-granted|ownership-transferred|permissions-assigned)$/,
};

interface PublishedTest {
  rule: string;
  test: string;
  expected: boolean;
  log: AuditLogEntry;
}

/** The samples stand beside the repository, not in it; elsewhere these two checks have no input. */
const hasSamples = existsSync(SAMPLES);

describe.runIf(hasSamples)("the tests of Panther's Slack rules", () => {
  const tests: PublishedTest[] = hasSamples ? read("panther/rule_test_logs.json") : [];

  it.each(tests)("$rule, $test: $expected here too", ({ rule, expected, log }) => {
    const counterpart = COUNTERPARTS[rule.replace("Slack.AuditLogs.", "")];
    expect(counterpart, `no rule of ours stands for ${rule}`).toBeDefined();
    const matching = RULES.filter((ours) => ruleMatches(ours, log, NO_CONTEXT));
    expect(matching.some(({ id }) => counterpart?.test(id))).toBe(expected);
  });
});

describe.runIf(hasSamples)("Slack's own list of actions", () => {
  it("has every action that a rule names", () => {
    const { actions }: { actions: Record<string, string[]> } = read(
      "java-slack-sdk/raw_actions.json",
    );
    const listed = new Set(Object.values(actions).flat());
    const unlisted = RULES.flatMap((rule) => rule.actions).filter((name) => !listed.has(name));
    // In published logs or documentation; see `UnlistedAction`.
    expect(unlisted).toEqual([
      "app_resources_added",
      "pref.invites_only_admins",
      "pre.max_guest_duration",
      "email_change_confirmed",
    ]);
  });
});

function read<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, SAMPLES), "utf8"));
}
