import { actorKey, actorName, placeName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const dlpViolationDeleted: Rule = {
  id: "dlp-violation-deleted",
  title: "Data loss prevention finding deleted",
  severity: "medium",
  reason: "A false alarm cleared away, or evidence.",
  checks: [
    "See whether the person is meant to handle findings.",
    "Ask for the reason, and for the content of the finding.",
  ],
  falsePositives: ["Findings that were false alarms."],
  query: "user-trail",
  techniques: ["T1070"],
  reference: ACTIONS_REFERENCE,
  actions: ["native_dlp_violation_deleted"],
  alertTitle: (entry) =>
    `${actorName(entry)} deleted a data loss prevention finding in ${placeName(entry)}`,
  dedupeKey: actorKey,
  examples: {
    match: [
      { name: "native_dlp_violation_deleted", entry: exampleEntry("native_dlp_violation_deleted") },
    ],
    ignore: [
      {
        name: "a rule that acted",
        because: "it writes findings, and removes none",
        entry: exampleEntry("native_dlp_rule_action_applied"),
      },
    ],
  },
};
