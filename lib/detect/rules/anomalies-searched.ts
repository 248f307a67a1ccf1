import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const anomaliesSearched: Rule = {
  id: "anomalies-searched",
  title: "Anomalies looked up in the audit logs",
  severity: "low",
  reason:
    "Security people do it every day. An admin who never does may be looking whether something was noticed.",
  checks: [
    "Check whether the admin works in security.",
    "See what else the admin looked up or changed that day.",
  ],
  falsePositives: ["The security team's daily work."],
  query: "user-trail",
  techniques: ["T1654"],
  reference: ACTIONS_REFERENCE,
  actions: ["audit_logs_records_searched_anomaly"],

  alertTitle: (entry) => `${actorName(entry)} looked up the anomalies of ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "audit_logs_records_searched_anomaly",
        entry: exampleEntry("audit_logs_records_searched_anomaly"),
      },
    ],
    ignore: [
      {
        name: "any other search",
        because: "admins search every day; the query exports lists it",
        entry: exampleEntry("audit_logs_records_searched"),
      },
    ],
  },
};
