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

/** Why a query gave no rows, in one line. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly code = "query_failed";
}
