import { type DuckDBConnection, type DuckDBListValue, listValue } from "@duckdb/node-api";
import { InvalidQueryError } from "../sql/query-result.ts";

/**
 * Functions that may be in a FROM. None reads or writes files: `enable_logging` does,
 * also below the directories that a query may read, and `query` runs any text.
 */
const TABLE_FUNCTION =
  /^(?:unnest|range|generate_series|repeat|json_each|json_tree|histogram|duckdb_\w+)$/i;

const STRING_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*"|-?(?:Infinity|NaN)/g;

/** What DuckDB's parser makes of a text, as far as it is looked at here. */
export interface Parsed {
  error: boolean;
  error_type?: string;
  statements?: unknown[];
}

/**
 * Refuse all but one statement that only reads: SELECT, WITH, VALUES, FROM, DESCRIBE,
 * SHOW or SUMMARIZE.
 *
 * DuckDB parses the text and does no more. Preparing it would be too late: that
 * alone makes the directory of an EXPORT DATABASE.
 *
 * @param statements - each by itself, in one round trip
 * @returns what DuckDB's parser makes of them
 * @throws {InvalidQueryError} unless each only reads; a text that is no SQL is left to DuckDB
 */
export async function assertReadsOnly(
  connection: DuckDBConnection,
  ...statements: readonly string[]
): Promise<Parsed[]> {
  return (await serialize(connection, statements)).map((json) => {
    const parsed = parse(json, assertReadsTables);
    const isOne = !parsed.error && (parsed.statements?.length ?? 0) <= 1;
    if (isOne || parsed.error_type === "parser") return parsed;
    throw new InvalidQueryError(
      "only SELECT is allowed here, one at a time: nothing changes the archive",
    );
  });
}

export async function parseSql(connection: DuckDBConnection, sql: string): Promise<Parsed> {
  const [json = ""] = await serialize(connection, [sql]);
  return parse(json);
}

/** What DuckDB's parser makes of statements, as JSON. */
async function serialize(
  connection: DuckDBConnection,
  statements: readonly string[],
): Promise<string[]> {
  const result = await connection.runAndReadAll(
    "SELECT list_transform($1::VARCHAR[], lambda sql: json_serialize_sql(sql))",
    [listValue(statements)],
  );
  const [[texts = null] = []] = result.getRows();
  return (texts as DuckDBListValue).items.map(String);
}

/** @param onValue - sees each value of what the parser made */
function parse(text: string, onValue?: (value: unknown) => void): Parsed {
  // DuckDB writes a number that is beyond all numbers as JSON has none.
  const json = text.replace(STRING_OR_NO_NUMBER, (piece) =>
    piece.startsWith('"') ? piece : "null",
  );
  return JSON.parse(json, (_, value) => {
    onValue?.(value);
    return value;
  });
}

/** Refuses what is no table, view or harmless function: a file's name, above all. */
function assertReadsTables(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const { type, function: call, table_name: table } = value as Record<string, unknown>;
  if (type === "BASE_TABLE" && /[/\\.]/.test(String(table))) {
    throw new InvalidQueryError(`${table} is not a table: use the tables and views of the archive`);
  }
  if (type !== "TABLE_FUNCTION") return;
  const name = (call as { function_name?: unknown } | undefined)?.function_name;
  if (typeof name !== "string" || !TABLE_FUNCTION.test(name)) {
    throw new InvalidQueryError(
      `the function ${name} is not allowed here: use the tables and views of the archive`,
    );
  }
}
