/** Names of the metrics that compaction emits, zeros too. */

/** Powertools' dimension `service`. */
export const COMPACT_SERVICE = "compact";

export const COMPACT_METRICS = {
  /** 1 for a day that was put into the compact table now. */
  compacted: "DaysCompacted",
  /** 1 for a day of which the table does not hold what was sealed; its lines go on serving it. */
  notCompacted: "DaysNotCompacted",
} as const;
