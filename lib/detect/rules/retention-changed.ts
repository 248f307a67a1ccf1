import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

/** Of the workspace or organization. */
const SETTINGS = [
  "pref.public_channel_retention_changed",
  "pref.private_channel_retention_changed",
  "pref.dm_retention_changed",
  "pref.file_retention_changed",
  "pref.canvas_retention_changed",
  "pref.retention_override_changed",
  "pref.admin_retention_override_changed",
  "pref.private_record_channel_retention_changed",
  "pref.private_record_channel_retention_duration_changed",
  "pref.private_record_channel_redaction_duration_changed",
  "pref.public_record_channel_retention_changed",
  "pref.public_record_channel_retention_duration_changed",
  "pref.public_record_channel_redaction_duration_changed",
  "pref.public_retention_redaction_duration",
  "pref.private_retention_redaction_duration",
  "pref.dm_retention_redaction_duration",
];

export const retentionChanged: Rule = {
  id: "retention-changed",
  title: "Retention of messages or files changed",
  severity: "medium",
  reason:
    "A shorter retention deletes content at the next sweep; a longer one may break a promise.",
  checks: ["Compare the time before and after.", "Ask legal whether a hold must keep the content."],
  falsePositives: ["A policy of privacy or legal people."],
  query: "settings-changed",
  techniques: ["T1485"],
  reference: ACTIONS_REFERENCE,
  actions: [...SETTINGS, "channel_retention_changed"],
  alertTitle: (entry) =>
    `${actorName(entry)} changed the retention of ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      ...SETTINGS.map((action) => ({
        name: action,
        entry: exampleEntry(action, {
          details: { previous_value: "RETAIN_ALL", new_value: "EXPIRE_MSGS" },
        }),
      })),
      {
        name: "of one channel",
        entry: exampleEntry("channel_retention_changed", {
          entity: EXAMPLE_ENTITIES.channel,
          details: {
            old_retention_policy: { type: "keep" },
            new_retention_policy: { type: "custom", duration_days: 1 },
          },
        }),
      },
    ],
    ignore: [
      {
        name: "another channel property",
        because: "it deletes nothing",
        entry: exampleEntry("channel_properties_updated"),
      },
    ],
  },
};
