import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const exportStarted: Rule = {
  id: "export-started",
  title: "Data export started",
  severity: "high",
  reason: "An export holds the messages of many people. Confirm who asked for it and why.",
  checks: ["Confirm who asked for it.", "Stop it while it runs if nobody did."],
  falsePositives: ["A legal request, or a backup that runs each month."],
  query: "exports",
  techniques: ["T1213.005"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "manual_export_started",
    "scheduled_export_started",
    "channels_export_started",
    "manual_user_export_started",
    "channel_audit_export_started",
    "search_query_audit_logs_export_started",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} started an export of ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "manual_export_started", entry: exampleEntry("manual_export_started") },
      { name: "scheduled_export_started", entry: exampleEntry("scheduled_export_started") },
      { name: "channels_export_started", entry: exampleEntry("channels_export_started") },
      { name: "manual_user_export_started", entry: exampleEntry("manual_user_export_started") },
      { name: "channel_audit_export_started", entry: exampleEntry("channel_audit_export_started") },
      {
        name: "search_query_audit_logs_export_started",
        entry: exampleEntry("search_query_audit_logs_export_started"),
      },
    ],
    ignore: [
      {
        name: "an export that was deleted",
        because: "nothing leaves Slack by it",
        entry: exampleEntry("manual_export_deleted"),
      },
    ],
  },
};
