import { PREFIXES } from "./object-key.ts";

/** A day of a source in columns: a Parquet file on a disk, or rows of the table in Athena. */
export interface ColumnsDay {
  source: string;
  /** UTC, `YYYY-MM-DD`. */
  day: string;
}

/** Key of a day's Parquet file in an archive on disk. */
export function columnsKey(source: string, day: string): string {
  return `${dayFolder(source, day)}entries.parquet`;
}

/** Key of what is said of that file: see `lib/columns/columns-mark.ts`. */
export function columnsMarkKey(source: string, day: string): string {
  return `${dayFolder(source, day)}entries.json`;
}

/** @returns nothing when the key is neither a day's Parquet file nor its mark */
export function parseColumnsKey(key: string): ColumnsDay | undefined {
  const found = parseDay(/^compact\/source=([^/]+)\/dt=(\d{4}-\d\d-\d\d)\/entries\.\w+$/, key);
  return found !== undefined &&
    [columnsKey(found.source, found.day), columnsMarkKey(found.source, found.day)].includes(key)
    ? found
    : undefined;
}

/** Prefix of what says which days Athena's table has whole. */
export const TABLE_MARKS_PREFIX = `${PREFIXES.compact}days/`;

/** Where version 0.1 had the files of its table, which nothing reads any more. */
export const FORMER_TABLE_PREFIX = `${PREFIXES.compact}table/`;

/** What the key of a mark says: a listing tells which days are whole, and where. */
export interface TableMark extends ColumnsDay {
  /** Id of the table in which the day was found whole: see `lib/aws/athena-columns.ts`. */
  table: string;
  /** Of the day's manifest: see `sealed-day.ts`. */
  revision: number;
  /** Rows that the day has in the table. */
  entries: number;
}

/** Prefix of a day's marks. */
export function tableMarksPrefix(source: string, day: string): string {
  return `${TABLE_MARKS_PREFIX}source=${source}/dt=${day}/`;
}

/**
 * Key of a mark: objects are never rewritten, so a day that is sealed again,
 * or is in another table, has one more. Former marks, `dt=YYYY-MM-DD.json` and
 * `dt=YYYY-MM-DD/revision=1.json`, name no table and count for nothing.
 */
export function tableMarkKey({ source, day, table, revision, entries }: TableMark): string {
  return `${tableMarksPrefix(source, day)}table=${table}/revision=${revision}/entries=${entries}.json`;
}

/** @returns nothing when the key is no mark that names a table */
export function parseTableMarkKey(key: string): TableMark | undefined {
  const pattern =
    /^compact\/days\/source=([^/]+)\/dt=(\d{4}-\d\d-\d\d)\/table=([^/]+)\/revision=([1-9]\d*)\/entries=(\d+)\.json$/;
  const day = parseDay(pattern, key);
  const [table = "", revision, entries] = pattern.exec(key)?.slice(3) ?? [];
  return day && { ...day, table, revision: Number(revision), entries: Number(entries) };
}

function dayFolder(source: string, day: string): string {
  return `${PREFIXES.compact}source=${source}/dt=${day}/`;
}

function parseDay(pattern: RegExp, key: string): ColumnsDay | undefined {
  const [, source, day] = pattern.exec(key) ?? [];
  return source === undefined || day === undefined ? undefined : { source, day };
}
