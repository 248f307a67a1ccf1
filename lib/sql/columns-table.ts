import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_SQL } from "./audit-logs-view.ts";
import { COMPACT_TABLE, toGlueColumn } from "./table.ts";

const NAMES = AUDIT_LOGS_COLUMNS.map(({ name }) => name);

/**
 * Makes the columns table unless it is there. Athena cannot be told of an
 * Iceberg table by Glue alone.
 *
 * @param location - of its files, ending in a slash: `s3://bucket/id/`
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
export function createColumnsTable(location: string): string {
  const columns = AUDIT_LOGS_COLUMNS.map(toGlueColumn).map(({ name, type }) => `  ${name} ${type}`);
  return `CREATE TABLE IF NOT EXISTS ${COMPACT_TABLE} (
${columns.join(",\n")}
)
PARTITIONED BY (source, dt)
LOCATION '${location}'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd')`;
}

/**
 * Puts a day's entries into the columns table, those that are not there yet: a
 * repeat changes nothing.
 *
 * @param source - a source's name, which holds nothing that SQL would read
 * @param day - `YYYY-MM-DD`
 */
export function mergeDay(source: string, day: string): string {
  return `MERGE INTO ${COMPACT_TABLE} AS compact
USING (
  SELECT * FROM (
${AUDIT_LOGS_SQL}
  ) AS lines
  WHERE source = '${source}' AND dt = '${day}'
) AS entries
ON compact.source = '${source}' AND compact.dt = '${day}' AND compact.id = entries.id
WHEN NOT MATCHED THEN INSERT (${NAMES.join(", ")})
VALUES (${NAMES.map((name) => `entries.${name}`).join(", ")})`;
}

/**
 * Asks how many rows the table has of each day, and for the path of one of the
 * day's files: `source`, `dt`, `entries`, `path`. Reads no column.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-data.html
 */
export const TABLE_DAYS_SQL = `SELECT source, dt, count(*) AS entries, min("$path") AS path
FROM ${COMPACT_TABLE}
GROUP BY source, dt`;
