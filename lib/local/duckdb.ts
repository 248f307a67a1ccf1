import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DuckDBInstance,
  type DuckDBPreparedStatement,
  type DuckDBResultReader,
  type DuckDBType,
  DuckDBTypeId,
} from "@duckdb/node-api";
import dataAccessors from "@duckdb/node-api/lib/vectors/dataAccessors.js";
import {
  InvalidQueryError,
  QueryError,
  type QueryResult,
  type RowStream,
} from "../sql/query-result.ts";
import { toJsonValue } from "./json-value.ts";
import { describeMissingTable } from "./missing-table.ts";
import { ANYWHERE, TRINO_MACROS } from "./trino-macros.ts";

/** The package's own decoder drops U+FEFF at the start of a text, and has no setting for it. */
Object.assign(dataAccessors, { textDecoder: new TextDecoder("utf-8", { ignoreBOM: true }) });

/** Enough for every saved query over years; what does not fit goes to a temporary directory. */
const MEMORY_LIMIT = "1GB";

/**
 * Empty, with Trino's functions, and memory that does not grow with the archive.
 *
 * @param settings - DuckDB's, by name
 */
export async function createDatabase(
  settings: Record<string, string> = {},
): Promise<DuckDBInstance> {
  const database = await DuckDBInstance.create(":memory:", {
    memory_limit: MEMORY_LIMIT,
    ...settings,
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

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A condition of SQL on the column `action`. */
export function isOneOf(actions: Iterable<string>): string {
  // A text of SQL ends at a NUL.
  const texts = [...actions].map((action) => action.split("\0").map(quote).join(" || chr(0) || "));
  return texts.length === 0 ? "false" : `action IN (${texts.join(", ")})`;
}

/** A file's name as a pattern that finds it alone: DuckDB takes every name that it reads for one. */
export function escapePattern(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}

export function columnNames(prepared: DuckDBPreparedStatement): string[] {
  return Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnName(i));
}

export function columnTypes(prepared: DuckDBPreparedStatement): DuckDBType[] {
  return Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnType(i));
}

/** The rows of a statement, read while DuckDB computes them: nothing happens before the first is read. */
export function streamRows(prepared: DuckDBPreparedStatement): RowStream {
  const columns = columnNames(prepared);
  return {
    columns,
    types: columnTypes(prepared).map(String),
    batches: readBatches(prepared),
  };
}

async function* readBatches(
  prepared: DuckDBPreparedStatement,
): AsyncGenerator<QueryResult["rows"]> {
  const result = await prepared.stream().catch((error) => {
    throw toQueryError(error);
  });
  for (;;) {
    const chunk = await result.fetchChunk().catch((error) => {
      throw toQueryError(error);
    });
    if (chunk === null || chunk.rowCount === 0) return;
    const columns = result
      .columnTypes()
      .map(({ typeId }, i) =>
        typeId === DuckDBTypeId.VARCHAR
          ? (chunk.getColumnValues(i) as (string | null)[])
          : chunk.convertColumnValues(i, toJsonValue),
      );
    yield Array.from({ length: chunk.rowCount }, (_, row) =>
      columns.map((values) => values[row] ?? null),
    );
  }
}

export function toQueryResult(result: DuckDBResultReader): QueryResult {
  return {
    columns: result.columnNames(),
    types: result.columnTypes().map(String),
    rows: result.convertRows(toJsonValue),
  };
}

/** How a result becomes Parquet: DuckDB keeps a group of rows in memory until it is written. */
export const RESULT_AS_PARQUET = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 4096";

/** What DuckDB says of a text before it reads anything. */
const INVALID =
  /^(?:(?:Parser|Syntax|Binder|Catalog|Not implemented|Permission) Error|Invalid Input Error: No statement)/;

/**
 * One line of DuckDB's many: what is wrong, the line of the query or the file
 * where it is. The entry that it quotes is left out.
 */
export function toQueryError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof QueryError) return error;
  if (error.message.startsWith("INTERNAL")) return error;
  const text = error.message.replace(/^Original Line: .*\n/m, "");
  const [problem = ""] = text.split(/\n\s*\n|\nPossible /, 1);
  const place = /^LINE (\d+): /m.exec(text)?.[1];
  const file = /^ {2}file = (.*)$/m.exec(text)?.[1];
  const where = place === undefined ? file && ` in ${file}` : ` (line ${place})`;
  const Failure = INVALID.test(problem) ? InvalidQueryError : QueryError;
  const said = ANYWHERE.reduce(
    (text, added) => text.replaceAll(added, ""),
    describeMissingTable(problem).replaceAll("\n", " ").trim(),
  );
  return new Failure(said + (where ?? ""), { cause: error });
}
