type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a query found, wherever it ran. */
export interface QueryResult {
  columns: string[];
  /** The database's own names, one a column. */
  types: string[];
  /**
   * Ready for JSON and for tables: integers are numbers where a number holds
   * them exactly and strings beyond, times are strings in UTC.
   */
  rows: Json[][];
}

/** Rows as a database gives them, so that memory does not grow with their number. */
export interface RowStream extends Omit<QueryResult, "rows"> {
  /** In the order of the result; to be read once. */
  batches: AsyncIterable<QueryResult["rows"]>;
  /**
   * Write the result to a file instead, over what it had, where the database can do that itself.
   *
   * @returns how many rows it has; nothing when the database cannot, and the rows can still be read
   */
  copy?: (request: CopyRequest) => Promise<number | undefined>;
}

/** A file that a database is to write. */
export interface CopyRequest {
  path: string;
  format: "json" | "ndjson" | "csv" | "parquet";
  /** Control characters and formulas as they are. */
  raw: boolean;
  /** Of the columns as the file is to have them, no two alike in any case. */
  names: readonly string[];
}

/** Every row of a result that fits into memory. */
export async function collectRows({ columns, types, batches }: RowStream): Promise<QueryResult> {
  const rows: QueryResult["rows"] = [];
  for await (const batch of batches) rows.push(...batch);
  return { columns, types, rows };
}

/** Why a query gave no rows, in one line. */
export class QueryError extends Error {
  override readonly name: string = "QueryError";
  readonly code: string = "query_failed";
}

/** The text of the query is wrong, whatever is in the archive. */
export class InvalidQueryError extends QueryError {
  override readonly name = "InvalidQueryError";
  override readonly code = "query_invalid";
}
