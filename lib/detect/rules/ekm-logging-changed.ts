import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const ekmLoggingChanged: Rule = {
  id: "ekm-logging-changed",
  title: "Logging of enterprise key management changed",
  severity: "high",
  reason: "The key access log shows who decrypted what. Changing where it goes can hide that.",
  checks: ["Check that the new destination is one of yours.", "See who read its logs since."],
  falsePositives: ["A move of the logs to another account."],
  query: "security-settings-changed",
  techniques: ["T1562.008"],
  reference: ACTIONS_REFERENCE,
  actions: ["ekm_logging_config_set"],
  alertTitle: (entry) =>
    `${actorName(entry)} changed the logging of enterprise key management in ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [{ name: "ekm_logging_config_set", entry: exampleEntry("ekm_logging_config_set") }],
    ignore: [
      {
        name: "a notification about it",
        because: "it follows the change, which is reported",
        entry: exampleEntry("ekm_slackbot_logging_notification_sent"),
      },
    ],
  },
};
