import { DIFFERS_FROM_LINE_SQL, withJson } from "./audit-logs-view.ts";
import type { QueryResult } from "./query-result.ts";

/** What the columns hold of a day. */
export interface DayContents {
  entries: number;
  /** Rows of which a column is not what their line says. */
  differing: number;
  /** Of the lines, hex: see `lib/columns/day-digest.ts`. */
  digest: string;
}

/**
 * Asks what the columns hold of a day.
 *
 * The same text on Athena and DuckDB. Hashes are collected by hour and first
 * byte: no list of them is longer than a 256th of an hour.
 *
 * @param rows - a table, or what may stand in its place, with the columns of the view
 * @param condition - for the day's rows
 * @param differs - for those of which a column is not what their line says;
 * `false` where they were made from it a moment ago: to parse each line once
 * for each column takes longer than all the rest
 */
export function describeDaySql(
  rows: string,
  condition = "true",
  differs = DIFFERS_FROM_LINE_SQL,
): string {
  return `WITH checked AS (
  SELECT
    lpad(CAST(hour AS varchar), 2, '0') AS hour,
    to_hex(sha256(to_utf8(line))) AS hash,
    CASE WHEN ${differs} THEN 1 ELSE 0 END AS differs
  FROM ${withJson(rows)}
  WHERE ${condition}
),
parts AS (
  SELECT
    count(*) AS entries,
    sum(differs) AS differing,
    concat(hour, substr(hash, 1, 2), ${sha256Of("hash")}) AS part
  FROM checked
  GROUP BY hour, substr(hash, 1, 2)
)
SELECT
  coalesce(sum(entries), 0) AS entries,
  coalesce(sum(differing), 0) AS differing,
  coalesce(${sha256Of("part")}, to_hex(sha256(to_utf8('')))) AS digest
FROM parts`;
}

/** Of the texts of a group in ascending order, one after the other. */
function sha256Of(text: string): string {
  return `to_hex(sha256(to_utf8(array_join(array_agg(${text} ORDER BY ${text}), ''))))`;
}

/** @param rows - the answer to {@link describeDaySql} */
export function toDayContents(rows: QueryResult["rows"]): DayContents {
  const [entries, differing, digest] = rows[0] ?? [];
  return {
    entries: Number(entries),
    differing: Number(differing),
    digest: String(digest).toLowerCase(),
  };
}
