/** Names of the metrics that a run of a backfill emits. */

/** Powertools' dimension `service`. */
export const BACKFILL_SERVICE = "backfill";

export const BACKFILL_METRICS = {
  /** Entries written. */
  entries: "Entries",
  pages: "Pages",
  /** 1 for a run that ended because Slack asked to wait. */
  throttled: "Throttled",
  /** 1 for a run that failed. */
  failed: "Failed",
} as const;
