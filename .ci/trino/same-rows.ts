import type { QueryResult } from "../../lib/sql/query-result.ts";

type Rows = QueryResult["rows"];

/**
 * Rows as both engines would write them. Trino writes the digits of a second
 * that are zero, and escapes what is beyond 16 bits in a fragment of JSON.
 */
export function sameRows(rows: Rows): Rows {
  return rows.map((row) =>
    row.map((cell) => (typeof cell === "string" ? toSame(cell) : inDigits(cell))),
  );
}

/** Integers that a number does not hold, as DuckDB's rows have them. */
function inDigits<Cell>(cell: Cell): Cell | string {
  return typeof cell === "number" && !Number.isSafeInteger(cell) && Number.isInteger(cell)
    ? String(cell)
    : cell;
}

function toSame(cell: string): string {
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.0+$/.test(cell)) return cell.slice(0, 19);
  if (!/^[[{"]/.test(cell)) return cell;
  return cell.replace(/\\u[dD][89abAB]..\\u[dD][c-fC-F]../g, (pair) => JSON.parse(`"${pair}"`));
}
