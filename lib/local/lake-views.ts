import { type DuckDBConnection, listValue } from "@duckdb/node-api";
import { parseColumnsKey } from "../archive/columns-key.ts";
import { ALERTS_SQL, ALERTS_VIEW } from "../sql/alerts-view.ts";
import { ARCHIVE_HOURS_SQL, ARCHIVE_HOURS_VIEW } from "../sql/archive-hours-view.ts";
import {
  AUDIT_LOGS_COLUMNS,
  AUDIT_LOGS_VIEW,
  auditLogsSql,
  selectFromLines,
} from "../sql/audit-logs-view.ts";
import { type ColumnsDays, joinDays } from "../sql/columns-days.ts";
import { OCSF_SQL, OCSF_VIEW } from "../sql/ocsf-view.ts";
import {
  ALERT_LINES,
  AUDIT_LOG_LINES,
  COMPACT_TABLE,
  type Column,
  type ColumnType,
  MANIFEST_LINES,
  type TextTable,
} from "../sql/table.ts";
import { withAddressColumns } from "./address-columns.ts";
import { escapePattern, quote } from "./duckdb.ts";
import type { LakeFiles } from "./lake-files.ts";
import type { SharedColumn } from "./matched-columns.ts";
import { parseOnce } from "./parse-once.ts";

/**
 * Slack's largest published entry has 12 KB; the manifest of a day of 50 M
 * entries, 3 MB. DuckDB allocates two of these for each thread.
 */
const LINE_BYTES_MAX = 16 * 1024 * 1024;

const DUCKDB_TYPES: Record<ColumnType, string> = {
  varchar: "VARCHAR",
  bigint: "BIGINT",
  integer: "INTEGER",
  boolean: "BOOLEAN",
  "timestamp(3)": "TIMESTAMP",
};

/** The folders of a day in columns. */
const DAY_PARTITIONS = AUDIT_LOG_LINES.partitions.filter(({ name }) => name !== "hour");

/**
 * Make the tables and views that Athena has over these files, for this
 * connection alone.
 *
 * @param hasAddressColumns - entries have what is known of their addresses, too
 */
export async function createLakeViews(
  connection: DuckDBConnection,
  directory: string,
  files: LakeFiles,
  hasAddressColumns = false,
): Promise<void> {
  await createEntryTables(connection, directory, files);
  await connection.run(
    `CREATE OR REPLACE TEMP VIEW ${AUDIT_LOGS_VIEW} AS ${entriesSql(auditLogsSql(toRanges(files.columns)), hasAddressColumns)}`,
  );
  await connection.run(`CREATE OR REPLACE TEMP VIEW ${OCSF_VIEW} AS ${OCSF_SQL}`);
  await createOtherViews(connection, directory, files);
}

/** Those that are not about entries. */
async function createOtherViews(
  connection: DuckDBConnection,
  directory: string,
  { manifests, alerts }: LakeFiles,
): Promise<void> {
  await createView(connection, MANIFEST_LINES, "none", pathsOf(directory, manifests));
  await createView(connection, ALERT_LINES, "none", pathsOf(directory, alerts));
  await connection.run(`CREATE OR REPLACE TEMP VIEW ${ARCHIVE_HOURS_VIEW} AS ${ARCHIVE_HOURS_SQL}`);
  await connection.run(`CREATE OR REPLACE TEMP VIEW ${ALERTS_VIEW} AS ${ALERTS_SQL}`);
}

/** The tables of which `audit_logs` is made. */
async function createEntryTables(
  connection: DuckDBConnection,
  directory: string,
  { entries, columns }: Pick<LakeFiles, "entries" | "columns">,
): Promise<void> {
  await createLinesView(connection, pathsOf(directory, entries));
  if (toRanges(columns).length === 0) return;
  await setFiles(connection, COMPACT_TABLE, pathsOf(directory, columns));
  const names = AUDIT_LOGS_COLUMNS.map(({ name }) => name);
  const partition = new Map(
    DAY_PARTITIONS.map(({ name }, i) => [name, partitionOf(DAY_PARTITIONS, i)]),
  );
  await connection.run(`CREATE OR REPLACE TEMP VIEW ${COMPACT_TABLE} AS
      SELECT ${names.map((name) => partition.get(name) ?? name).join(", ")}
      FROM read_parquet(getvariable(${quote(COMPACT_TABLE)}), filename = true, hive_partitioning = false)`);
}

function pathsOf(directory: string, keys: readonly string[]): string[] {
  return keys.map((key) => `${directory}/${key}`);
}

/**
 * Make the view of entries anew, for a query that asks for many of its columns.
 *
 * @see parseOnce
 */
export async function createWideView(
  connection: DuckDBConnection,
  files: LakeFiles,
  hasAddressColumns = false,
): Promise<void> {
  const sql = entriesSql(parseOnce(auditLogsSql(toRanges(files.columns))), hasAddressColumns);
  await connection.run(`CREATE OR REPLACE TEMP VIEW ${AUDIT_LOGS_VIEW} AS ${sql}`);
}

function entriesSql(sql: string, hasAddressColumns: boolean): string {
  return hasAddressColumns ? withAddressColumns(`(${sql})`) : sql;
}

/** All entries, for several queries. */
export const ALL_ENTRIES_VIEW = "all_entries";

const PARSED_TABLE = "parsed_entries";

/** Days, UTC, `YYYY-MM-DD`, both included. */
export interface Days {
  from: string;
  to: string;
}

/**
 * Make `audit_logs`, `archive_hours` and `alerts` for several queries, with the lines of some days parsed
 * once: those that are not in columns.
 *
 * @param columns - those that `audit_logs` has
 * @returns what takes columns away that no later query reads, and frees their memory
 */
export async function createParsedViews(
  connection: DuckDBConnection,
  directory: string,
  files: LakeFiles,
  days: Days,
  columns: readonly SharedColumn[],
): Promise<(dropped: readonly string[]) => Promise<void>> {
  const inColumns = new Set(files.columns.map((key) => dayFolderOf(key)));
  const isParsed = (key: string) => {
    const day = dayFolderOf(key);
    return !inColumns.has(day) && day.slice(-10) >= days.from && day.slice(-10) <= days.to;
  };
  const entries = files.entries.filter(isParsed);
  const rest = files.entries.filter((key) => !isParsed(key));
  const lines = parseOnce(selectFromLines(columns.map(({ of }) => of)));
  await createEntryTables(connection, directory, { entries, columns: [] });
  await connection.run(
    `CREATE TEMP TABLE ${PARSED_TABLE} AS SELECT ${listOf(columns)} FROM (${lines})`,
  );
  await createEntryTables(connection, directory, { entries: rest, columns: files.columns });
  await createOtherViews(connection, directory, files);
  // What binds the view of the rest takes as long as a small query, even where there is none.
  const others = [...rest, ...files.columns].length > 0;
  const showColumns = async (shown: readonly SharedColumn[]) => {
    await connection.run(`CREATE OR REPLACE TEMP VIEW ${ALL_ENTRIES_VIEW} AS
      SELECT ${namesOf(shown)} FROM ${PARSED_TABLE}
      ${others ? `UNION ALL SELECT ${listOf(shown)} FROM (${auditLogsSql(toRanges(files.columns))})` : ""}`);
    await showEntries(connection, ALL_ENTRIES_VIEW);
  };
  await showColumns(columns);
  return async (dropped) => {
    await showColumns(columns.filter(({ name }) => !dropped.includes(name)));
    for (const name of dropped) {
      await connection.run(`ALTER TABLE ${PARSED_TABLE} DROP COLUMN ${name}`);
    }
  };
}

function namesOf(columns: readonly SharedColumn[]): string {
  return columns.map(({ name }) => name).join(", ");
}

function listOf(columns: readonly SharedColumn[]): string {
  return columns.map(({ name, expression }) => `${expression} AS ${name}`).join(", ");
}

/** Have `audit_logs` show the rows of a table or view. */
export async function showEntries(connection: DuckDBConnection, table: string): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP VIEW ${AUDIT_LOGS_VIEW} AS SELECT * FROM ${table}`);
}

/** `source=…/dt=…`, of an object with entries or a day in columns. */
function dayFolderOf(key: string): string {
  return key.split("/").slice(1, 3).join("/");
}

/** @param paths - of objects with entries */
export async function createLinesView(
  connection: DuckDBConnection,
  paths: readonly string[],
): Promise<void> {
  await createView(connection, AUDIT_LOG_LINES, "gzip", paths);
}

/** As the table's SerDe reads them: a line is one column, whatever it says. */
async function createView(
  connection: DuckDBConnection,
  { name, column, partitions }: TextTable,
  compression: "gzip" | "none",
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) {
    // DuckDB does not take a list without files.
    const columns = [column, ...partitions].map(
      ({ name, type }) => `CAST(NULL AS ${DUCKDB_TYPES[type]}) AS ${name}`,
    );
    await connection.run(
      `CREATE OR REPLACE TEMP VIEW ${name} AS SELECT ${columns.join(", ")} WHERE false`,
    );
    return;
  }
  await setFiles(connection, name, paths);
  const columns = [column.name, ...partitions.map((_, i) => partitionOf(partitions, i))];
  await connection.run(`CREATE OR REPLACE TEMP VIEW ${name} AS SELECT ${columns.join(", ")} FROM read_csv(
    getvariable(${quote(name)}),
    auto_detect = false,
    columns = { ${quote(column.name)}: ${quote(DUCKDB_TYPES[column.type])} },
    compression = ${quote(compression)},
    delim = chr(1), quote = '', escape = '', comment = '', header = false, new_line = '\\n',
    max_line_size = ${LINE_BYTES_MAX}, buffer_size = ${2 * LINE_BYTES_MAX},
    filename = true, hive_partitioning = false
  )`);
}

async function setFiles(
  connection: DuckDBConnection,
  table: string,
  paths: readonly string[],
): Promise<void> {
  await connection.run(`SET VARIABLE ${table} = $1`, [listValue(paths.map(escapePattern))]);
}

/**
 * A partition from the end of the file's path. DuckDB's own partitions would
 * decode `%65`, and take what is above the archive for a folder of its. It
 * passes over files whose path contradicts the query all the same.
 */
function partitionOf(partitions: readonly Column[], index: number): string {
  const { name, type } = partitions[index] as Column;
  const folder = `split_part(filename, '/', ${index - partitions.length - 1})`;
  const value = `substr(${folder}, ${name.length + 2})`;
  return `${type === "varchar" ? value : `CAST(${value} AS ${DUCKDB_TYPES[type]})`} AS ${name}`;
}

function toRanges(columnsKeys: readonly string[]): ColumnsDays[] {
  const days = columnsKeys.map(parseColumnsKey).filter((day) => day !== undefined);
  return [...Map.groupBy(days, ({ source }) => source)].flatMap(([source, ofSource]) =>
    joinDays(
      source,
      ofSource.map(({ day }) => day),
    ),
  );
}
