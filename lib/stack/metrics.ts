/**
 * The metrics that the functions emit, and that the stack's alarms and
 * dashboard watch: services, dimensions and names.
 */

export const METRIC_NAMESPACE = "SlackAuditLake";

/** What each function calls itself: Powertools' dimension `service`, and the service in its log. */
export const SERVICES = {
  ingest: "ingest",
  backfill: "backfill",
  seal: "close-day",
  columns: "compact",
  events: "ocsf",
  detect: "detect",
  notify: "notify",
  schemaWatch: "drift",
  report: "report",
} as const;
export type Service = (typeof SERVICES)[keyof typeof SERVICES];

/** The other dimension: the name of the source. The metrics of `detect` and `notify` do not have it. */
export const SOURCE_DIMENSION = "source";

/** Of the metrics of `notify`: the name of the target. */
export const TARGET_DIMENSION = "target";

/** 1 for a run that Slack's API ended with an error; its third dimension is the error's code. */
export const API_ERRORS_METRIC = "ApiErrors";
export const CODE_DIMENSION = "code";

/** 1 for a refresh of the token that failed while the old one is still good; also for each run that waits to try again. */
export const TOKEN_REFRESH_FAILED_METRIC = "TokenRefreshFailed";

/** How late late entries were at most, seconds: a value an entry, up to a hundred a run; none when none was late. */
export const LATENESS_METRIC = "LatenessSeconds";

/**
 * Emitted by each run. Without zeros, unless an alarm looks at several runs: CloudWatch bills a
 * metric for the hours in which it gets a value.
 */
export const INGEST_METRICS = {
  /** Seconds from the watermark to now, zero too; absent when the run did not open the source. */
  lagSeconds: "LagSeconds",
  /** Zeros too. */
  entries: "Entries",
  lateEntries: "LateEntries",
  duplicatesDropped: "DuplicatesDropped",
  quarantined: "Quarantined",
  pages: "Pages",
  bytes: "Bytes",
  /** How much of the time that Lambda grants the run took, percent. */
  timeUsedPercent: "TimeUsedPercent",
  /** 1 for a run that ended because Slack asked to wait longer than it lasts; zeros too. */
  throttled: "Throttled",
  /** 1 for a run that failed, whatever the reason. */
  failed: "Failed",
  /** 1 for a run that found no token in the secret. */
  tokenMissing: "TokenMissing",
  /** 1 for a run whose token Slack refused, also after reading it again. */
  tokenRefused: "TokenRefused",
} as const;

export const BACKFILL_METRICS = {
  /** Entries written. */
  entries: "Entries",
  pages: "Pages",
  /** 1 for a run that ended because Slack asked to wait. */
  throttled: "Throttled",
  /** 1 for a run that failed. */
  failed: "Failed",
} as const;

/** Emitted by each run, zeros too; lateness is `LATENESS_METRIC`. */
export const SEAL_METRICS = {
  /** 1 for a day that was sealed now and is the same on both sides. */
  reconciled: "Reconciled",
  /** 1 for one that is not. */
  unreconciled: "Unreconciled",
  /** Entries that were missing in the archive until the day was sealed. */
  lateFound: "LateFound",
  /** Lines that the archive has and Slack does not list at their time. */
  onlyInArchive: "OnlyInArchive",
  /** Lines whose id is also in another line. */
  duplicates: "Twice",
  /** Ids whose archived line is not the text that Slack lists. */
  differing: "EntriesDiffering",
  /** Objects that are not what was stored: their lines do not have the hash in their name. */
  altered: "ObjectsAltered",
  /** 1 for a day that was sealed again, with what was stored for it since. */
  addenda: "Addenda",
  /** Days that could be sealed and are not; emitted by each plan. */
  unsealedDays: "UnsealedDays",
  /** 1 for a run that failed. */
  failed: "Failed",
} as const;

/** Emitted for each day, zeros too. */
export const COLUMNS_METRICS = {
  /** 1 for a day that was put into the columns table now. */
  written: "DaysCompacted",
  /** 1 for a day of which the table does not hold what was sealed; its lines go on serving it. */
  notWritten: "DaysNotCompacted",
} as const;

/** Emitted for each day, zeros too. */
export const EVENTS_METRICS = {
  /** Entries that were written as events of OCSF. */
  written: "EventsWritten",
  /** 1 for a day whose lines are not what was sealed. */
  notWritten: "DaysWithoutEvents",
} as const;

/** Without zeros. */
export const DETECT_METRICS = {
  objects: "DetectedObjects",
  entries: "DetectedEntries",
  matches: "RuleMatches",
  published: "AlertsPublished",
  suppressed: "AlertsSuppressed",
  /** Alerts that a suppression of the configuration holds back. */
  withheld: "AlertsWithheld",
  /** Objects of history, which raise no alerts. */
  tooOld: "ObjectsTooOld",
  /** Pairs of an entry and a rule that threw on it: a bug in the rule. */
  ruleFailures: "RuleFailures",
  /** Lines in the archive that are no entry. */
  unreadable: "UnreadableLines",
  /** Actions, entity types and fields that were in no entry before. */
  newNames: "NewTerms",
  /** Messages that failed; they come again, and in the end go to the dead letters. */
  failed: "DetectionFailed",
} as const;

/** Emitted for each attempt at an alert, without zeros. */
export const NOTIFY_METRICS = {
  /** 1 for an alert that the target has taken. */
  delivered: "AlertsDelivered",
  /** 1 for an attempt that failed; the alert comes again. */
  failed: "DeliveriesFailed",
  /** 1 for an alert that the target refused; it went to the dead letters. */
  refused: "DeliveriesRefused",
} as const;

export const SCHEMA_WATCH_METRICS = {
  /** Actions, entity types and fields that Slack lists anew. */
  announced: "TermsAnnounced",
  /** Those that it no longer lists. */
  withdrawn: "TermsWithdrawn",
  /** Those that were in entries for the first time. */
  seen: "TermsFirstSeen",
} as const;
