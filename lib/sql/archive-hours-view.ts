import { athenaView, selectList, type ViewColumn } from "./athena-view.ts";
import { type Column, type ColumnType, type GlueTableInput, MANIFESTS_TABLE } from "./table.ts";

/** One row an hour of each sealed day, those in which nothing happened too. */
export const ARCHIVE_HOURS_VIEW = "archive_hours";

const TOTALS = ["listed", "archived", "late", "only_in_archive", "twice", "differs"] as const;

/**
 * An hour's record begins with these, in this order; then come its objects.
 * Manifests of version 1 have no `differs`.
 */
const RECORD_START = ["hour", ...TOTALS]
  .map((name) => `"${name}":[0-9]+`)
  .join(",")
  .replace(/,"differs".*$/, "(?:$&)?");

/**
 * The records are cut out of the manifest's text: it is JSON of up to some
 * megabytes, and parsing it once for each hour takes more memory than DuckDB
 * is given. A quote inside a text of JSON is escaped, so that none looks like
 * a field; the manifest's own day and revision are the first that it names. Of a day that
 * was sealed again, the newest manifest has all.
 */
const DAYS_SQL = `SELECT
    source,
    substr(regexp_extract(line, '"day":"[0-9-]{10}'), 8) AS dt,
    substr(regexp_extract(line, '"sealed_at":"[0-9T:-]{19}'), 14) AS sealed_at,
    regexp_extract_all(line, '\\{${RECORD_START}') AS records,
    row_number() OVER (
      PARTITION BY source, regexp_extract(line, '"day":"[0-9-]{10}')
      ORDER BY coalesce(CAST(substr(regexp_extract(line, '"revision":[0-9]{1,9}'), 12) AS integer), 1) DESC
    ) AS age
  FROM ${MANIFESTS_TABLE}`;

const HOUR = numberIn("hour", "integer");

/** As in the view `audit_logs`, nothing that a line holds can end a query. */
const COLUMNS: readonly ViewColumn[] = [
  {
    name: "source",
    type: "varchar",
    expression: "source",
    comment: "The Slack organization, as the configuration names it",
  },
  { name: "dt", type: "varchar", expression: "dt", comment: "The sealed day, UTC, YYYY-MM-DD" },
  {
    name: "hour",
    type: "integer",
    expression: HOUR,
    comment: "Hour of the day, UTC, 0 to 23",
  },
  {
    name: "hour_start",
    type: "timestamp(3)",
    expression: `TRY_CAST(concat(dt, ' ', lpad(CAST(${HOUR} AS varchar), 2, '0'), ':00:00') AS timestamp)`,
    comment: "When it begins, UTC",
  },
  {
    name: "sealed_at",
    type: "timestamp(3)",
    expression:
      "TRY_CAST(concat(substr(sealed_at, 1, 10), ' ', substr(sealed_at, 12, 8)) AS timestamp)",
    comment: "When the day was sealed, UTC",
  },
  total("listed", "Entries that Slack listed then, each id once"),
  total("archived", "Lines in the archive then"),
  total("late", "Those among them that were missing until the day was closed"),
  total("only_in_archive", "Lines whose id Slack did not list at the line's time"),
  total("twice", "Lines whose id stands in another line, too"),
  {
    name: "differs",
    type: "bigint",
    expression: `coalesce(${numberIn("differs", "bigint")}, 0)`,
    comment: "Ids that the archive and Slack had with different texts",
  },
];

/** The view's columns, in order. */
export const ARCHIVE_HOURS_COLUMNS: readonly Column[] = COLUMNS;

/** What the view selects: the same text on Athena and DuckDB. */
export const ARCHIVE_HOURS_SQL = `SELECT
${selectList(COLUMNS)}
FROM (
  ${DAYS_SQL}
) AS days
CROSS JOIN UNNEST(records) AS hours (record)
WHERE age = 1`;

/** @param database - the Glue database in which the view and its table stand */
export function archiveHoursView(database: string): GlueTableInput {
  return athenaView(
    {
      name: ARCHIVE_HOURS_VIEW,
      columns: ARCHIVE_HOURS_COLUMNS,
      sql: ARCHIVE_HOURS_SQL,
    },
    database,
  );
}

function total(name: (typeof TOTALS)[number], comment: string): ViewColumn {
  return { name, type: "bigint", expression: numberIn(name, "bigint"), comment };
}

function numberIn(name: string, type: ColumnType): string {
  return `TRY_CAST(json_extract_scalar(concat(record, '}'), '$.${name}') AS ${type})`;
}
