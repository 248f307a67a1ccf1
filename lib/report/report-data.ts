import type { Severity } from "../detect/rule.ts";

/** All that a report says, before it is a page; `report --json` prints it. */
export interface ReportData {
  /** Of the program. */
  version: string;
  /** ISO 8601. */
  generatedAt: string;
  /** Where the entries are: a directory, or a stack. */
  archive: string;
  /** UTC, `YYYY-MM-DD`, both included. */
  period: { from: string; to: string };
  /** Absent: all. */
  source?: string | undefined;
  /** Results of saved queries, by name. */
  queries: Record<string, QuerySummary>;
  /** One for each hour that has entries or is sealed, by source and time. */
  hours: HourSummary[];
  seals: SealSummary[];
  /** Texts that were no entries and were put aside, by source, where there are any. */
  quarantined: { source: string; texts: number }[];
  /** Logins by country, descending; absent where nothing says in which country an address is. */
  countries?: [country: string, logins: number][] | undefined;
  /** Absent where the rules were not run and no log was read. */
  alerts?: AlertsSummary | undefined;
}

/** The result of a saved query, as much of it as a page shows. */
export interface QuerySummary {
  name: string;
  title: string;
  question: string;
  /** Prints every row. */
  command: string;
  columns: string[];
  types: string[];
  /** The first rows; of events in the order of time, the newest, newest first. */
  rows: unknown[][];
  /** Of the whole result. */
  rowCount: number;
  /** Of the whole result, the sum of what the rows count; rows where they count nothing. */
  total: number;
  /** Of the whole result: by column, how much falls to its most frequent values, descending. */
  tops: Record<string, [value: string | null, count: number][]>;
  /** Of the whole result, where its rows are events: how many fall into an hour, by its start in ISO 8601. */
  byHour: Record<string, number>;
}

export interface HourSummary {
  source: string;
  /** ISO 8601. */
  start: string;
  entries: number;
  logins: number;
  failedLogins: number;
  downloads: number;
  /** What the day's manifest says of the hour; absent when the day is not sealed. */
  sealed?: {
    listed: number;
    archived: number;
    late: number;
    onlyInArchive: number;
    twice: number;
    differs: number;
  };
}

/** How far a source is sealed, whatever the period. */
export interface SealSummary {
  source: string;
  days: number;
  firstDay?: string;
  lastDay?: string;
  /** The newest manifest of the chain, as the checkpoint knows it. */
  head?: { day: string; sequence: number; sha256: string; manifest: string };
  isSigned: boolean;
}

export interface AlertsSummary {
  /** Entries that the rules looked at; absent when the alerts are those of the log. */
  entries?: number | undefined;
  /** Matches are entries of the objects in which an alert was first raised. */
  rules: { id: string; severity: Severity; alerts: number; matches: number }[];
  /** Of all alerts. */
  byHour: { start: string; severity: Severity; alerts: number }[];
  /** An alert whose techniques serve several tactics counts under each. */
  byTactic: { tactic: string; severity: Severity; alerts: number }[];
  total: number;
  /** The most severe, of those the newest. */
  shown: AlertSummary[];
  /** Alerts that a suppression holds back; they are in none of the counts above. */
  suppressed: { total: number; shown: AlertSummary[] };
}

export interface AlertSummary {
  ruleId: string;
  title: string;
  severity: Severity;
  reason: string;
  /** What to check next. */
  checks: readonly string[];
  source: string;
  /** ISO 8601. */
  time: string;
  action: string;
  actor: string;
  ipAddress?: string | undefined;
  techniques: { id: string; name: string }[];
  /** Why nobody was told of it. */
  suppression?: string | undefined;
  tactics: string[];
  /** How many entries of its object belong to it. */
  entries: number;
  /** The entry's exact text. */
  line?: string | undefined;
}
