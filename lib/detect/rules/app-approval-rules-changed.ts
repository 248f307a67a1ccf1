import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const appApprovalRulesChanged: Rule = {
  id: "app-approval-rules-changed",
  title: "Rules for approving apps changed",
  severity: "medium",
  reason: "A wider rule, or none, lets apps in without a person looking at them.",
  checks: ["See which apps the new rule lets in.", "Ask who decided it."],
  falsePositives: ["A review of the rules by those who run Slack."],
  query: "settings-changed",
  techniques: ["T1562.001", "T1671"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "app_allowlist_rule_created",
    "app_allowlist_rule_updated",
    "app_allowlist_rule_activated",
    "app_allowlist_rule_deactivated",
    "app_allowlist_rule_deleted",
    "app_allowlist_scopes_rating_updated",
    "pref.app_whitelist_enabled",
    "pref.app_dir_only",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed the rules for approving apps in ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "app_allowlist_rule_created", entry: exampleEntry("app_allowlist_rule_created") },
      { name: "app_allowlist_rule_updated", entry: exampleEntry("app_allowlist_rule_updated") },
      { name: "app_allowlist_rule_activated", entry: exampleEntry("app_allowlist_rule_activated") },
      {
        name: "app_allowlist_rule_deactivated",
        entry: exampleEntry("app_allowlist_rule_deactivated"),
      },
      { name: "app_allowlist_rule_deleted", entry: exampleEntry("app_allowlist_rule_deleted") },
      {
        name: "app_allowlist_scopes_rating_updated",
        entry: exampleEntry("app_allowlist_scopes_rating_updated"),
      },
      { name: "pref.app_whitelist_enabled", entry: exampleEntry("pref.app_whitelist_enabled") },
      { name: "pref.app_dir_only", entry: exampleEntry("pref.app_dir_only") },
    ],
    ignore: [
      {
        name: "a rule that matched",
        because: "the rule did its work; app-approved and app-installed report what came of it",
        entry: exampleEntry("app_allowlist_rule_matched"),
      },
    ],
  },
};
