import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBValueConverter,
  type Json,
  JsonDuckDBValueConverter,
  StatementType,
} from "@duckdb/node-api";
import { parseColumnsKey } from "../archive/columns-key.ts";
import { PREFIXES } from "../archive/object-key.ts";
import { ARCHIVE_HOURS_SQL, ARCHIVE_HOURS_VIEW } from "../sql/archive-hours-view.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_VIEW, auditLogsSql } from "../sql/audit-logs-view.ts";
import { type ColumnsDays, joinDays } from "../sql/columns-days.ts";
import { QueryError, type QueryResult } from "../sql/query-result.ts";
import {
  AUDIT_LOG_LINES,
  COMPACT_TABLE,
  type Column,
  type ColumnType,
  MANIFEST_LINES,
  type TextTable,
} from "../sql/table.ts";
import { DirectoryArchiveStore } from "./directory-archive-store.ts";
import { assertReadsOnly } from "./read-only-sql.ts";
import { TRINO_MACROS } from "./trino-macros.ts";

/** Enough for every saved query over years; what does not fit goes to a temporary directory. */
const MEMORY_LIMIT = "1GB";

/**
 * Slack's largest published entry has 12 KB; the manifest of a day of 50 M
 * entries, 3 MB. DuckDB allocates two of these for each thread.
 */
const LINE_BYTES_MAX = 16 * 1024 * 1024;

export const ENTRY_LINES = {
  ...AUDIT_LOG_LINES,
  objects: ".json.gz",
  compression: "gzip",
} as const;

const TABLES = [ENTRY_LINES, { ...MANIFEST_LINES, objects: ".json", compression: "none" }] as const;

const INTERRUPTION_INTERVAL_MS = 20;

const DUCKDB_TYPES: Record<ColumnType, string> = {
  varchar: "VARCHAR",
  bigint: "BIGINT",
  integer: "INTEGER",
  "timestamp(3)": "TIMESTAMP",
};

/**
 * An archive in a directory as a database: the tables and views that Athena
 * has, with Trino's functions.
 */
export class LakeDatabase implements Disposable {
  readonly #database: DuckDBInstance;

  /** @internal see `openLake` */
  constructor(database: DuckDBInstance) {
    this.#database = database;
  }

  /**
   * Run one SELECT. Anything else is refused, so that a query cannot change
   * the archive or write elsewhere.
   *
   * @throws {QueryError} when the query is wrong, or an object cannot be read
   * @throws the signal's reason when it is aborted
   */
  async query(sql: string, signal?: AbortSignal): Promise<QueryResult> {
    const connection = await this.#database.connect();
    let interrupting: NodeJS.Timeout | undefined;
    const interrupt = () => {
      // More than once: DuckDB forgets an interruption that comes before it begins to work.
      interrupting = setInterval(() => connection.interrupt(), INTERRUPTION_INTERVAL_MS);
    };
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      signal?.throwIfAborted();
      await assertReadsOnly(connection, sql);
      return await runSelect(connection, sql);
    } catch (error) {
      signal?.throwIfAborted();
      throw toQueryError(error);
    } finally {
      signal?.removeEventListener("abort", interrupt);
      clearInterval(interrupting);
      connection.closeSync();
    }
  }

  close(): void {
    this.#database.closeSync();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Open the archive in a directory for SQL. Objects that come later are seen by
 * later queries, unless there was none at all.
 *
 * @param archiveDirectory - holds `audit_logs/`; without it, the table is empty
 */
export async function openLake(archiveDirectory: string): Promise<LakeDatabase> {
  const directory = resolve(archiveDirectory);
  const database = await createDatabase();
  const connection = await database.connect();
  try {
    for (const table of TABLES) {
      const lines = (await hasObjects(directory, table))
        ? linesBelow(directory, table)
        : noLines(table);
      await connection.run(`CREATE VIEW ${table.name} AS ${lines}`);
    }
    const compacted = await compactedDays(directory);
    if (compacted.length > 0) {
      await connection.run(`CREATE VIEW ${COMPACT_TABLE} AS ${compactBelow(directory)}`);
    }
    await connection.run(`CREATE VIEW ${AUDIT_LOGS_VIEW} AS ${auditLogsSql(compacted)}`);
    await connection.run(`CREATE VIEW ${ARCHIVE_HOURS_VIEW} AS ${ARCHIVE_HOURS_SQL}`);
    // DuckDB compares the names as they are written, and the view's is a pattern.
    const readable = [directory, escapePattern(directory)].flatMap((path) =>
      [...TABLES.map(({ prefix }) => prefix), PREFIXES.compact].map((prefix) =>
        quote(join(path, prefix)),
      ),
    );
    await connection.run(`SET allowed_directories = [${readable.join(", ")}]`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
  } catch (error) {
    database.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
  return new LakeDatabase(database);
}

/** Empty, with Trino's functions, and memory that does not grow with the archive. */
export async function createDatabase(): Promise<DuckDBInstance> {
  const database = await DuckDBInstance.create(":memory:", {
    memory_limit: MEMORY_LIMIT,
    temp_directory: join(tmpdir(), `audit-lake-${randomUUID()}`),
  });
  const connection = await database.connect();
  try {
    await connection.run("SET GLOBAL TimeZone = 'UTC'"); // Athena's, for current_date
    for (const macro of TRINO_MACROS) {
      await connection.run(`CREATE MACRO ${macro}`);
    }
    return database;
  } catch (error) {
    database.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
}

/** The days that are served from columns, as the directory has them now. */
async function compactedDays(directory: string): Promise<ColumnsDays[]> {
  const days = new Map<string, string[]>();
  for await (const { key } of new DirectoryArchiveStore(directory).list(PREFIXES.compact)) {
    const { source, day } = parseColumnsKey(key) ?? {};
    if (source !== undefined && day !== undefined) {
      days.set(source, [...(days.get(source) ?? []), day]);
    }
  }
  return [...days].flatMap(([source, ofSource]) => joinDays(source, ofSource));
}

function compactBelow(directory: string): string {
  const pattern = join(escapePattern(directory), PREFIXES.compact, "*/*/entries.parquet");
  return `SELECT ${AUDIT_LOGS_COLUMNS.map(({ name }) => name).join(", ")} FROM read_parquet(
    ${quote(pattern)},
    hive_partitioning = true, hive_types = { 'source': 'VARCHAR', 'dt': 'VARCHAR' }
  )`;
}

type Table = (typeof TABLES)[number];

async function hasObjects(directory: string, { prefix, objects }: Table): Promise<boolean> {
  for await (const { key } of new DirectoryArchiveStore(directory).list(prefix)) {
    if (key.endsWith(objects)) return true;
  }
  return false;
}

/**
 * As the table's SerDe reads them: a line is one column, whatever it says.
 *
 * @param folders - a pattern for the partitions
 */
export function linesBelow(
  directory: string,
  table: Table,
  folders = table.partitions.map(() => "*").join("/"),
): string {
  const { prefix, objects, compression, column, partitions } = table;
  const pattern = join(escapePattern(directory), prefix, folders, `*${objects}`);
  const partitionTypes = partitions.map(
    ({ name, type }) => `${quote(name)}: ${DUCKDB_TYPES[type]}`,
  );
  return `SELECT ${columnsOf(table)
    .map(({ name }) => name)
    .join(", ")} FROM read_csv(
    ${quote(pattern)},
    auto_detect = false,
    columns = { ${quote(column.name)}: ${quote(DUCKDB_TYPES[column.type])} },
    compression = ${quote(compression)},
    delim = chr(1), quote = '', escape = '', comment = '', header = false, new_line = '\\n',
    max_line_size = ${LINE_BYTES_MAX}, buffer_size = ${2 * LINE_BYTES_MAX},
    hive_partitioning = true, hive_types = { ${partitionTypes.join(", ")} }
  )`;
}

/** DuckDB does not take a path without files. */
function noLines(table: Table): string {
  const columns = columnsOf(table).map(
    ({ name, type }) => `CAST(NULL AS ${DUCKDB_TYPES[type]}) AS ${name}`,
  );
  return `SELECT ${columns.join(", ")} WHERE false`;
}

function columnsOf({ column, partitions }: TextTable): Column[] {
  return [column, ...partitions];
}

/** A directory's name as a pattern that finds it alone. */
function escapePattern(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function runSelect(connection: DuckDBConnection, sql: string): Promise<QueryResult> {
  const prepared = await connection.prepare(sql);
  if (prepared.statementType !== StatementType.SELECT) {
    throw new QueryError("only SELECT is allowed here: nothing changes the archive");
  }
  const result = await prepared.runAndReadAll();
  return {
    columns: result.columnNames(),
    types: result.columnTypes().map(String),
    rows: result.convertRows(toJson),
  };
}

/** DuckDB's integers of 64 bits and more come as BigInt, which JSON has not. */
const toJson: DuckDBValueConverter<Json> = (value, type, converter) =>
  typeof value === "bigint" && Number.isSafeInteger(Number(value))
    ? Number(value)
    : JsonDuckDBValueConverter(value, type, converter);

/**
 * One line of DuckDB's many: what is wrong, the line of the query or the file
 * where it is. The entry that it quotes is left out.
 */
function toQueryError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof QueryError) return error;
  if (error.message.startsWith("INTERNAL")) return error;
  const text = error.message.replace(/^Original Line: .*\n/m, "");
  const [problem = ""] = text.split(/\n\s*\n|\nPossible /, 1);
  const place = /^LINE (\d+): /m.exec(text)?.[1];
  const file = /^ {2}file = (.*)$/m.exec(text)?.[1];
  const where = place === undefined ? file && ` in ${file}` : ` (line ${place} of the query)`;
  return new QueryError(problem.replaceAll("\n", " ").trim() + (where ?? ""), { cause: error });
}
