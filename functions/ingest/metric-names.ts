/** Names of the metrics that a run emits, zeros too; the stack's alarms watch them by these names. */

export const METRIC_NAMESPACE = "SlackAuditLake";

/** Powertools' dimension `service`. */
export const INGEST_SERVICE = "ingest";

/** The other dimension: the name of the source. */
export const SOURCE_DIMENSION = "source";

/** 1 for a run that Slack's API ended with an error; its third dimension is the error's code. */
export const API_ERRORS_METRIC = "ApiErrors";
export const CODE_DIMENSION = "code";

/** How late late entries were at most, seconds: a value an entry, up to a hundred a run; none when none was late. */
export const LATENESS_METRIC = "LatenessSeconds";

export const INGEST_METRICS = {
  /** Seconds from the watermark to now; absent when the run did not open the source. */
  lagSeconds: "LagSeconds",
  entries: "Entries",
  lateEntries: "LateEntries",
  duplicatesDropped: "DuplicatesDropped",
  quarantined: "Quarantined",
  pages: "Pages",
  bytes: "Bytes",
  /** How much of the time that Lambda grants the run took, percent. */
  timeUsedPercent: "TimeUsedPercent",
  /** 1 for a run that ended because Slack asked to wait longer than it lasts. */
  throttled: "Throttled",
  /** 1 for a run that failed, whatever the reason. */
  failed: "Failed",
  /** 1 for a run that found no token in the secret. */
  tokenMissing: "TokenMissing",
  /** 1 for a run whose token Slack refused, also after reading it again. */
  tokenRefused: "TokenRefused",
} as const;
