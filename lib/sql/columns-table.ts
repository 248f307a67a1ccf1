import { PREFIXES } from "../archive/object-key.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_SQL } from "./audit-logs-view.ts";
import { COMPACT_TABLE, toGlueColumn } from "./table.ts";

/** In Athena; on a disk a day is a Parquet file. */
const ICEBERG_PREFIX = `${PREFIXES.compact}table/`;

const NAMES = AUDIT_LOGS_COLUMNS.map(({ name }) => name);

/**
 * Makes the compact table unless it is there. Athena cannot be told of an
 * Iceberg table by Glue alone.
 *
 * @param bucketName - of the archive
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
export function createColumnsTable(bucketName: string): string {
  const columns = AUDIT_LOGS_COLUMNS.map(toGlueColumn).map(({ name, type }) => `  ${name} ${type}`);
  return `CREATE TABLE IF NOT EXISTS ${COMPACT_TABLE} (
${columns.join(",\n")}
)
PARTITIONED BY (source, dt)
LOCATION 's3://${bucketName}/${ICEBERG_PREFIX}'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd')`;
}

/**
 * Puts a day's entries into the compact table, those that are not there yet: a
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
  WHERE ${isDay(source, day)}
) AS entries
ON compact.source = '${source}' AND compact.dt = '${day}' AND compact.id = entries.id
WHEN NOT MATCHED THEN INSERT (${NAMES.join(", ")})
VALUES (${NAMES.map((name) => `entries.${name}`).join(", ")})`;
}

/** One row: how many entries the compact table has of a day, and how many ids. */
export function countDay(source: string, day: string): string {
  return `SELECT count(*) AS entries, count(DISTINCT id) AS ids FROM ${COMPACT_TABLE} WHERE ${isDay(source, day)}`;
}

function isDay(source: string, day: string): string {
  return `source = '${source}' AND dt = '${day}'`;
}
