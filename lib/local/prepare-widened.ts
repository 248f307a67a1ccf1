import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { AUDIT_LOGS_COLUMNS } from "../sql/audit-logs-view.ts";
import { lacksAddressColumns, withAddressColumns } from "./address-columns.ts";
import type { LakeFiles } from "./lake-files.ts";
import { createWideView } from "./lake-views.ts";

/** With as many columns of the view, parsing a line once for all of them is faster than once for each. */
const WIDE_COLUMNS_MIN = 8;

/**
 * Prepare a statement that reads the views of an archive, with what is known of addresses
 * beside `ip_address`, and a view that suits the number of columns.
 *
 * @returns the statement, and its text
 * @throws what DuckDB throws at a statement that is wrong
 */
export async function prepareWidened(
  connection: DuckDBConnection,
  asked: string,
  files: LakeFiles,
  hasAddressColumns: boolean,
): Promise<{ sql: string; prepared: DuckDBPreparedStatement }> {
  let sql = asked;
  let prepared = await connection.prepare(sql);
  if (hasAddressColumns && lacksAddressColumns(columnNames(prepared))) {
    sql = withAddressColumns(sql);
    prepared = await connection.prepare(sql);
  }
  const names = columnNames(prepared);
  if (AUDIT_LOGS_COLUMNS.filter(({ name }) => names.includes(name)).length >= WIDE_COLUMNS_MIN) {
    await createWideView(connection, files, hasAddressColumns);
    prepared = await connection.prepare(sql);
  }
  return { sql, prepared };
}

function columnNames(prepared: DuckDBPreparedStatement): string[] {
  return Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnName(i));
}
