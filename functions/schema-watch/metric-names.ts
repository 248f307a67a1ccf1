/** Names of the metrics that the daily look at Slack's vocabulary emits, by source. */
export const DRIFT_METRICS = {
  /** Actions, entity types and fields that Slack lists anew. */
  announced: "TermsAnnounced",
  /** Those that it no longer lists. */
  withdrawn: "TermsWithdrawn",
  /** Those that stood in entries for the first time. */
  seen: "TermsFirstSeen",
} as const;
