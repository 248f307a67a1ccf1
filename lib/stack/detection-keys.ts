/** How the keys in the detection table begin, by what they are of. */
export const DETECTION_KEYS = {
  /** Published alerts. */
  alert: "alert#",
  /** Alerts that a target has; the name of the target follows. */
  delivery: "delivery#",
  /** Points of correlations. */
  correlation: "correlation#",
  /** Names seen in entries, and Slack's own lists. */
  vocabulary: "vocabulary#",
} as const;

/** How the keys of alerts that a target has begin. */
export function deliveryKey(target: string): string {
  return `${DETECTION_KEYS.delivery}${target}#`;
}
