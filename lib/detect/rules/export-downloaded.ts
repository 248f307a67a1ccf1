import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const exportDownloaded: Rule = {
  id: "export-downloaded",
  title: "Data export downloaded",
  severity: "high",
  reason: "The messages in it have left Slack.",
  checks: [
    "Ask the person who asked for the export and where the file is.",
    "Compare the address with those the person usually has.",
  ],
  falsePositives: ["A legal request, or a backup that runs each month."],
  query: "exports",
  techniques: ["T1213.005", "T1567"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "manual_export_downloaded",
    "scheduled_export_downloaded",
    "channels_export_downloaded",
    "manual_user_export_downloaded",
    "channel_audit_export_downloaded",
    "search_query_audit_logs_export_downloaded",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} downloaded an export of ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "manual_export_downloaded", entry: exampleEntry("manual_export_downloaded") },
      { name: "scheduled_export_downloaded", entry: exampleEntry("scheduled_export_downloaded") },
      { name: "channels_export_downloaded", entry: exampleEntry("channels_export_downloaded") },
      {
        name: "manual_user_export_downloaded",
        entry: exampleEntry("manual_user_export_downloaded"),
      },
      {
        name: "channel_audit_export_downloaded",
        entry: exampleEntry("channel_audit_export_downloaded"),
      },
      {
        name: "search_query_audit_logs_export_downloaded",
        entry: exampleEntry("search_query_audit_logs_export_downloaded"),
      },
    ],
    ignore: [
      {
        name: "an export that only started",
        because: "export-started reports it",
        entry: exampleEntry("manual_export_started"),
      },
    ],
  },
};
