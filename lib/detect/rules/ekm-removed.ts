import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const ekmRemoved: Rule = {
  id: "ekm-removed",
  title: "Enterprise key management removed",
  severity: "critical",
  reason:
    "Without its own keys the organization can no longer revoke access to its data. Almost never done on purpose.",
  checks: ["Call the owner at once.", "Ask Slack to stop it if nobody stands behind it."],
  falsePositives: ["The end of the contract for enterprise key management."],
  query: "security-settings-changed",
  techniques: ["T1600"],
  reference: ACTIONS_REFERENCE,
  actions: ["ekm_unenrolled", "ekm_key_removed", "ekm_slackbot_unenroll_notification_sent"],
  alertTitle: (entry) =>
    `${actorName(entry)} removed enterprise key management from ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "ekm_unenrolled", entry: exampleEntry("ekm_unenrolled") },
      { name: "ekm_key_removed", entry: exampleEntry("ekm_key_removed") },
      {
        name: "ekm_slackbot_unenroll_notification_sent",
        entry: exampleEntry("ekm_slackbot_unenroll_notification_sent"),
      },
    ],
    ignore: [
      {
        name: "a key added",
        because: "it gives more control, not less",
        entry: exampleEntry("ekm_key_added"),
      },
    ],
  },
};
