import { PREFIXES } from "./object-key.ts";

/** Key of a compacted day in an archive on disk. */
export function columnsKey(source: string, day: string): string {
  return `${PREFIXES.compact}source=${source}/dt=${day}/entries.parquet`;
}

/** @returns nothing when the key is not a compacted day's */
export function parseColumnsKey(key: string): { source: string; day: string } | undefined {
  const [, source, day] = /\/source=([^/]+)\/dt=(\d{4}-\d\d-\d\d)\//.exec(key) ?? [];
  return source !== undefined && day !== undefined && key === columnsKey(source, day)
    ? { source, day }
    : undefined;
}
