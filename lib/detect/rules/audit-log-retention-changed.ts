import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const auditLogRetentionChanged: Rule = {
  id: "audit-log-retention-changed",
  title: "Retention of audit logs changed",
  severity: "high",
  reason: "Slack keeps its own copy of these logs for less time. This archive is not affected.",
  checks: ["Compare the time before and after.", "Ask the owner who changed it."],
  falsePositives: ["A change that privacy or legal people asked for."],
  query: "security-settings-changed",
  techniques: ["T1562.008"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "pref.ext_audit_log_retention_type_changed",
    "pref.ext_audit_log_retention_duration_changed",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed how long ${placeName(entry)} keeps audit logs`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "pref.ext_audit_log_retention_type_changed",
        entry: exampleEntry("pref.ext_audit_log_retention_type_changed"),
      },
      {
        name: "pref.ext_audit_log_retention_duration_changed",
        entry: exampleEntry("pref.ext_audit_log_retention_duration_changed"),
      },
    ],
    ignore: [
      {
        name: "retention of messages",
        because: "retention-changed reports it",
        entry: exampleEntry("pref.dm_retention_changed"),
      },
    ],
  },
};
