import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const legalHoldWeakened: Rule = {
  id: "legal-hold-weakened",
  title: "Legal hold released or narrowed",
  severity: "high",
  reason: "What is no longer on hold can be deleted for good.",
  checks: ["Ask legal whether the case is closed.", "See whether messages were deleted since."],
  falsePositives: ["A case that legal has closed."],
  query: "security-settings-changed",
  techniques: ["T1485", "T1070"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "legal_hold_policy_released",
    "legal_hold_policy_updated",
    "legal_hold_policy_entities_deleted",
    "legal_hold_policy_exclusion_added",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed the legal hold ${targetName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "legal_hold_policy_released", entry: exampleEntry("legal_hold_policy_released") },
      { name: "legal_hold_policy_updated", entry: exampleEntry("legal_hold_policy_updated") },
      {
        name: "legal_hold_policy_entities_deleted",
        entry: exampleEntry("legal_hold_policy_entities_deleted"),
      },
      {
        name: "legal_hold_policy_exclusion_added",
        entry: exampleEntry("legal_hold_policy_exclusion_added"),
      },
    ],
    ignore: [
      {
        name: "a new hold",
        because: "it keeps more, not less",
        entry: exampleEntry("legal_hold_policy_created"),
      },
    ],
  },
};
