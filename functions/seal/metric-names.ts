/** Names of the metrics that the close of day emits, zeros too. */

/** Powertools' dimension `service`. */
export const CLOSE_SERVICE = "close-day";

export const CLOSE_METRICS = {
  /** 1 for a day that was sealed now and is the same on both sides. */
  reconciled: "Reconciled",
  /** 1 for one that is not. */
  unreconciled: "Unreconciled",
  /** Entries that were missing in the archive until the close. */
  lateFound: "LateFound",
  /** Ids that the archive has and Slack no longer lists. */
  onlyInArchive: "OnlyInArchive",
  /** Lines whose id stands in another line, too. */
  twice: "Twice",
  /** How late the late ones were at most, seconds: a value an entry. */
  latenessSeconds: "LatenessSeconds",
  /** Days that could be sealed and are not; emitted by each plan. */
  unsealedDays: "UnsealedDays",
  /** 1 for a run that failed. */
  failed: "Failed",
} as const;
