import type { AuditLogEntry } from "../slack/types.ts";
import { dayOf, SECONDS_PER_DAY, toIsoSeconds } from "../time.ts";
import { textAt } from "./entry-fields.ts";
import { ACTOR, ANOMALOUS_USER, TARGET_USER } from "./subjects.ts";

/** How to see the entries of an alert, and what happened around them. */
export interface Inspection {
  /**
   * For a shell: the exact text of the entries; of a correlation, or when an id is too long to
   * name, also of others of these actions.
   */
  cat: string;
  /** One SELECT, for Athena and `audit-lake query`: the entries as columns. */
  sql: string;
  /** For a shell: the saved query, from a week before the first entry on. Add `--stack` for Athena. */
  query?: string;
  /** Name of that saved query, also in Athena's workgroup. */
  queryName?: string;
}

/** The entries that an alert is about. */
export interface MatchedEntries {
  /** Of one object. */
  count: number;
  /** Of some of them. */
  ids: string[];
  /** Epoch seconds, both included: of all, in this object or in others. */
  first: number;
  last: number;
  /** Of a correlation, whose entries may be in several objects. */
  series?: { actions: readonly string[]; where: string };
}

/** Longer values are not named in commands: no id or address of Slack's is as long. In characters. */
const MAX_VALUE_LENGTH = 200;

/** How many days before the first entry a saved query begins to read. */
const DAYS_BEFORE = 7;

/**
 * What saved queries must be given, taken from the entry that an alert shows.
 * `test/detect/inspect.test.ts` compares it with the queries.
 */
export const QUERY_VALUES: Readonly<
  Record<string, { parameter: string; value(entry: AuditLogEntry): string | undefined }>
> = {
  "address-trail": {
    parameter: "address",
    value: (entry) => textAt(entry, "context", "ip_address"),
  },
  "user-trail": {
    parameter: "person",
    value: (entry) =>
      entry.action === "anomaly"
        ? ANOMALOUS_USER.id(entry)
        : (ACTOR.id(entry) ?? TARGET_USER.id(entry)),
  },
};

/** @param shown - the entry that the alert shows */
export function inspectionOf(
  source: string,
  entries: MatchedEntries,
  shown: AuditLogEntry,
  queryName: string | undefined,
): Inspection {
  const query =
    queryName === undefined ? undefined : queryCommand(queryName, source, entries, shown);
  return {
    cat: catCommand(source, entries, shown),
    sql: selectEntries(source, entries),
    ...(query === undefined ? {} : { query, ...(queryName && { queryName }) }),
  };
}

function catCommand(
  source: string,
  { first, last, ids, series }: MatchedEntries,
  shown: AuditLogEntry,
): string {
  const actions = series?.actions ?? (ids.some(isTooLong) ? [shown.action] : undefined);
  const which =
    actions === undefined ? ["--id", ...ids.map(word)] : ["--action", ...actions.map(word)];
  const period = ["--from", toIsoSeconds(first), "--until", toIsoSeconds(last + 1)];
  return ["audit-lake cat --source", word(source), ...period, ...which].join(" ");
}

function selectEntries(source: string, { first, last, ids, series }: MatchedEntries): string {
  const from = `SELECT * FROM audit_logs WHERE source = ${sqlText(source)}`;
  const days =
    dayOf(first) === dayOf(last) && series === undefined
      ? `dt = '${dayOf(first)}'`
      : `dt BETWEEN '${dayOf(first)}' AND '${dayOf(last)}'`;
  const which = series === undefined ? idCondition(ids) : `(${series.where})`;
  return `${from} AND ${days} AND ${which}`;
}

function idCondition(ids: readonly string[]): string {
  const [id = "", ...more] = ids;
  if (more.length === 0) return sqlIs("id", id);
  return ids.some(isTooLong)
    ? `(${ids.map((each) => sqlIs("id", each)).join(" OR ")})`
    : `id IN (${ids.map(sqlText).join(", ")})`;
}

/** @returns nothing when the entry does not have what the query must be given, or it is too long to name */
function queryCommand(
  name: string,
  source: string,
  { first, last }: MatchedEntries,
  shown: AuditLogEntry,
): string | undefined {
  const required = Object.hasOwn(QUERY_VALUES, name) ? QUERY_VALUES[name] : undefined;
  const value = required?.value(shown);
  if (required !== undefined && (value === undefined || isTooLong(value))) return undefined;
  return [
    "audit-lake query",
    word(name),
    ...(required === undefined ? [] : ["--set", word(`${required.parameter}=${value}`)]),
    ...["--source", word(source)],
    ...["--from", dayOf(first - DAYS_BEFORE * SECONDS_PER_DAY)],
    ...["--until", dayOf(last + SECONDS_PER_DAY)],
  ].join(" ");
}

/**
 * One word of a POSIX shell, whatever Slack's entry holds: names in it come from anyone.
 * Control and invisible characters, which a terminal may obey, are left out.
 */
function word(text: string): string {
  const visible = text.replace(/[\p{C}\p{Z}]+/gu, " ");
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(visible)
    ? visible
    : `'${visible.replaceAll("'", "'\\''")}'`;
}

/** A condition of SQL; a value that is too long to name is found by how it begins. */
export function sqlIs(expression: string, value: string): string {
  if (!isTooLong(value)) return `${expression} = ${sqlText(value)}`;
  const beginning = Array.from(value).slice(0, MAX_VALUE_LENGTH).join("");
  return `starts_with(${expression}, ${sqlText(beginning)})`;
}

function isTooLong(value: string): boolean {
  return value.length > MAX_VALUE_LENGTH;
}

/** A text of SQL. */
export function sqlText(text: string): string {
  return `'${text.replace(/[\p{C}\p{Z}]+/gu, " ").replaceAll("'", "''")}'`;
}
