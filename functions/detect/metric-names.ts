/** Names of the metrics that detection emits; the stack's alarms watch them by these names. */
export const DETECT_METRICS = {
  objects: "DetectedObjects",
  entries: "DetectedEntries",
  matches: "RuleMatches",
  published: "AlertsPublished",
  suppressed: "AlertsSuppressed",
  /** Objects of history, which raise no alerts. */
  tooOld: "ObjectsTooOld",
  /** Pairs of an entry and a rule that threw on it: a bug in the rule. */
  ruleFailures: "RuleFailures",
  /** Lines in the archive that are no entry. */
  unreadable: "UnreadableLines",
  /** Actions, entity types and fields that stood in no entry before. */
  newNames: "NewTerms",
  /** Messages that failed; they come again, and in the end go to the dead letters. */
  failed: "DetectionFailed",
} as const;
