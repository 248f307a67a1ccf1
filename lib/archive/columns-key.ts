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

/** Where Athena keeps the files of its table. */
export const TABLE_PREFIX = `${PREFIXES.compact}table/`;

/**
 * Key of a mark: objects are never rewritten, so a day that is sealed again
 * has one more. Those of version 0.1, `dt=YYYY-MM-DD.json`, have no digest.
 *
 * @param revision - of the day's manifest: see `sealed-day.ts`
 */
export function tableMarkKey(source: string, day: string, revision: number): string {
  return `${TABLE_MARKS_PREFIX}source=${source}/dt=${day}/revision=${revision}.json`;
}

/** @returns nothing when the key is no mark with a digest */
export function parseTableMarkKey(key: string): (ColumnsDay & { revision: number }) | undefined {
  const pattern =
    /^compact\/days\/source=([^/]+)\/dt=(\d{4}-\d\d-\d\d)\/revision=([1-9]\d*)\.json$/;
  const day = parseDay(pattern, key);
  return day && { ...day, revision: Number(pattern.exec(key)?.[3]) };
}

function dayFolder(source: string, day: string): string {
  return `${PREFIXES.compact}source=${source}/dt=${day}/`;
}

function parseDay(pattern: RegExp, key: string): ColumnsDay | undefined {
  const [, source, day] = pattern.exec(key) ?? [];
  return source === undefined || day === undefined ? undefined : { source, day };
}
