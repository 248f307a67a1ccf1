import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const auditLogsExported: Rule = {
  id: "audit-logs-exported",
  title: "Audit logs or security settings exported",
  severity: "medium",
  reason: "They show an attacker what is watched, and what an investigation will find.",
  checks: [
    "Check whether the person works in security or audit.",
    "Find out where the file is now.",
  ],
  falsePositives: ["An audit, or an investigation of your own."],
  query: "exports",
  techniques: ["T1654"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "audit_logs_export_csv_started",
    "audit_logs_export_json_started",
    "security_settings_export_started",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} exported audit logs or security settings of ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "audit_logs_export_csv_started",
        entry: exampleEntry("audit_logs_export_csv_started"),
      },
      {
        name: "audit_logs_export_json_started",
        entry: exampleEntry("audit_logs_export_json_started"),
      },
      {
        name: "security_settings_export_started",
        entry: exampleEntry("security_settings_export_started"),
      },
    ],
    ignore: [
      {
        name: "a search in them",
        because: "admins search every day; the query exports lists it",
        entry: exampleEntry("audit_logs_records_searched"),
      },
    ],
  },
};
