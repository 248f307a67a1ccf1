/** How the keys in the detection table begin, by what they are of. */
export const DETECTION_KEYS = {
  /** Published alerts. */
  alert: "alert#",
  /** Points of correlations. */
  correlation: "correlation#",
  /** Names seen in entries, and Slack's own lists. */
  vocabulary: "vocabulary#",
} as const;
