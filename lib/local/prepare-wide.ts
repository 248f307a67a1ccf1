import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { AUDIT_LOGS_COLUMNS } from "../sql/audit-logs-view.ts";
import { columnNames } from "./duckdb.ts";
import type { LakeFiles } from "./lake-files.ts";
import { createWideView } from "./lake-views.ts";

/** With as many columns of the view, parsing a line once for all of them is faster than once for each. */
const WIDE_COLUMNS_MIN = 8;

/**
 * Prepare a statement, over a view of entries that suits the number of its columns.
 *
 * @throws what DuckDB throws at a statement that is wrong
 */
export async function prepareWide(
  connection: DuckDBConnection,
  sql: string,
  files: LakeFiles,
  hasAddressColumns: boolean,
): Promise<DuckDBPreparedStatement> {
  const prepared = await connection.prepare(sql);
  const names = columnNames(prepared);
  const ofView = AUDIT_LOGS_COLUMNS.filter(({ name }) => names.includes(name));
  if (ofView.length < WIDE_COLUMNS_MIN) return prepared;
  await createWideView(connection, files, hasAddressColumns);
  return await connection.prepare(sql);
}
