import { TABLE_PREFIX } from "../archive/columns-key.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_SQL } from "./audit-logs-view.ts";
import { COMPACT_TABLE, toGlueColumn } from "./table.ts";

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
LOCATION 's3://${bucketName}/${TABLE_PREFIX}'
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
  WHERE source = '${source}' AND dt = '${day}'
) AS entries
ON compact.source = '${source}' AND compact.dt = '${day}' AND compact.id = entries.id
WHEN NOT MATCHED THEN INSERT (${NAMES.join(", ")})
VALUES (${NAMES.map((name) => `entries.${name}`).join(", ")})`;
}
