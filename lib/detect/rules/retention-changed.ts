import { actorName, locationName, settingKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const retentionChanged: Rule = {
  id: "retention-changed",
  title: "Retention of messages or files changed",
  severity: "medium",
  reason:
    "A shorter retention deletes content at the next sweep; a longer one may break a promise.",
  techniques: ["T1485"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "pref.public_channel_retention_changed",
    "pref.private_channel_retention_changed",
    "pref.dm_retention_changed",
    "pref.file_retention_changed",
    "pref.canvas_retention_changed",
    "pref.retention_override_changed",
    "pref.admin_retention_override_changed",
    "channel_retention_changed",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed the retention in ${locationName(entry)} (${entry.action})`,
  dedupeKey: settingKey,
  examples: {
    match: [
      {
        name: "pref.public_channel_retention_changed",
        entry: exampleEntry("pref.public_channel_retention_changed"),
      },
      {
        name: "pref.private_channel_retention_changed",
        entry: exampleEntry("pref.private_channel_retention_changed"),
      },
      { name: "pref.dm_retention_changed", entry: exampleEntry("pref.dm_retention_changed") },
      { name: "pref.file_retention_changed", entry: exampleEntry("pref.file_retention_changed") },
      {
        name: "pref.canvas_retention_changed",
        entry: exampleEntry("pref.canvas_retention_changed"),
      },
      {
        name: "pref.retention_override_changed",
        entry: exampleEntry("pref.retention_override_changed"),
      },
      {
        name: "pref.admin_retention_override_changed",
        entry: exampleEntry("pref.admin_retention_override_changed"),
      },
      { name: "channel_retention_changed", entry: exampleEntry("channel_retention_changed") },
    ],
    ignore: [
      { name: "another channel property", entry: exampleEntry("channel_properties_updated") },
    ],
  },
};
