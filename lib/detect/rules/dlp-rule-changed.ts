import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const dlpRuleChanged: Rule = {
  id: "dlp-rule-changed",
  title: "Data loss prevention rule changed",
  severity: "high",
  reason: "A rule that no longer runs, or that runs on less, lets data out unseen.",
  checks: [
    "See what the rule caught before.",
    "Look for shares and downloads that it would have caught since.",
  ],
  falsePositives: ["Rules that are tuned because they report too much."],
  query: "security-settings-changed",
  techniques: ["T1562.001"],
  reference: ACTIONS_REFERENCE,
  actions: ["native_dlp_rule_deactivated", "native_dlp_rule_edited", "pref.dlp_access_changed"],
  alertTitle: (entry) =>
    `${actorName(entry)} changed data loss prevention in ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "native_dlp_rule_deactivated", entry: exampleEntry("native_dlp_rule_deactivated") },
      { name: "native_dlp_rule_edited", entry: exampleEntry("native_dlp_rule_edited") },
      { name: "pref.dlp_access_changed", entry: exampleEntry("pref.dlp_access_changed") },
    ],
    ignore: [
      {
        name: "a new rule",
        because: "it sees more, not less",
        entry: exampleEntry("native_dlp_rule_created"),
      },
    ],
  },
};
