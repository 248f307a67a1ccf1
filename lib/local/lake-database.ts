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
import { PREFIXES } from "../archive/object-key.ts";
import { AUDIT_LOGS_SQL, AUDIT_LOGS_VIEW } from "../sql/audit-logs-view.ts";
import { QueryError, type QueryResult } from "../sql/query-result.ts";
import { type ColumnType, LINE_COLUMN, LINES_TABLE, PARTITION_COLUMNS } from "../sql/table.ts";
import { DirectoryArchiveStore } from "./directory-archive-store.ts";
import { TRINO_MACROS } from "./trino-macros.ts";

/** Enough for every saved query over years; what does not fit goes to a temporary directory. */
const MEMORY_LIMIT = "1GB";

/** Slack's largest published entry has 12 KB. DuckDB allocates two of these for each thread. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;

const INTERRUPTION_INTERVAL_MS = 20;

const DUCKDB_TYPES: Record<ColumnType, string> = {
  varchar: "VARCHAR",
  bigint: "BIGINT",
  integer: "INTEGER",
  "timestamp(3)": "TIMESTAMP",
};

/**
 * An archive in a directory as a database: the table `audit_log_lines` and the
 * view `audit_logs`, as on Athena, with Trino's functions.
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
  const database = await DuckDBInstance.create(":memory:", {
    memory_limit: MEMORY_LIMIT,
    temp_directory: join(tmpdir(), `audit-lake-${randomUUID()}`),
  });
  const connection = await database.connect();
  try {
    const directory = resolve(archiveDirectory);
    const isEmpty = !(await hasObjects(directory));
    await connection.run("SET GLOBAL TimeZone = 'UTC'"); // Athena's, for current_date
    for (const macro of TRINO_MACROS) {
      await connection.run(`CREATE MACRO ${macro}`);
    }
    await connection.run(
      `CREATE VIEW ${LINES_TABLE} AS ${isEmpty ? noLines() : linesBelow(directory)}`,
    );
    await connection.run(`CREATE VIEW ${AUDIT_LOGS_VIEW} AS ${AUDIT_LOGS_SQL}`);
    // DuckDB compares the names as they are written, and the view's is a pattern.
    const readable = [directory, escapePattern(directory)].map((path) =>
      quote(join(path, PREFIXES.auditLogs)),
    );
    await connection.run(`SET allowed_directories = [${readable.join(", ")}]`);
    await connection.run("SET enable_external_access = false");
  } catch (error) {
    database.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
  return new LakeDatabase(database);
}

async function hasObjects(directory: string): Promise<boolean> {
  for await (const { key } of new DirectoryArchiveStore(directory).list(PREFIXES.auditLogs)) {
    if (key.endsWith(".json.gz")) return true;
  }
  return false;
}

/** As the table's SerDe reads them: a line is one column, whatever it says. */
function linesBelow(directory: string): string {
  const objects = join(escapePattern(directory), PREFIXES.auditLogs, "**/*.json.gz");
  const partitionTypes = PARTITION_COLUMNS.map(
    ({ name, type }) => `${quote(name)}: ${DUCKDB_TYPES[type]}`,
  );
  return `SELECT ${columnNames().join(", ")} FROM read_csv(
    ${quote(objects)},
    auto_detect = false,
    columns = { ${quote(LINE_COLUMN.name)}: ${quote(DUCKDB_TYPES[LINE_COLUMN.type])} },
    compression = 'gzip',
    delim = chr(1), quote = '', escape = '', comment = '', header = false, new_line = '\\n',
    max_line_size = ${LINE_BYTES_MAX}, buffer_size = ${2 * LINE_BYTES_MAX},
    hive_partitioning = true, hive_types = { ${partitionTypes.join(", ")} }
  )`;
}

/** DuckDB does not take a path without files. */
function noLines(): string {
  const columns = [LINE_COLUMN, ...PARTITION_COLUMNS].map(
    ({ name, type }) => `CAST(NULL AS ${DUCKDB_TYPES[type]}) AS ${name}`,
  );
  return `SELECT ${columns.join(", ")} WHERE false`;
}

function columnNames(): string[] {
  return [LINE_COLUMN, ...PARTITION_COLUMNS].map(({ name }) => name);
}

/** A directory's name as a pattern that finds it alone. */
function escapePattern(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}

function quote(text: string): string {
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
