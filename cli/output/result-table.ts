import type { QueryResult, RowStream } from "../../lib/sql/query-result.ts";
import { showControls } from "./controls.ts";
import { displayWidth, padText, wrapText } from "./display-width.ts";
import { formatCounted } from "./format.ts";
import { cellText } from "./query-result.ts";
import { naturalWidth, renderTable } from "./table.ts";

/** In any case: Athena writes its types in lower case. */
const NUMERIC_TYPE = /INT|DOUBLE|FLOAT|REAL|DECIMAL/i;

/** Rows of a table: terminals keep no more, and elsewhere all of them are in memory at once. */
const TABLE_ROWS_MAX = { terminal: 1000, elsewhere: 10_000 } as const;

/** @returns how many rows a table on standard output shows */
export function tableRowsMax(): number {
  return TABLE_ROWS_MAX[process.stdout.isTTY ? "terminal" : "elsewhere"];
}

/** A result for people: its first rows, and how many there are. */
export interface ResultHead extends QueryResult {
  rowCount: number;
}

/** @param rowsMax - further rows are only counted */
export async function takeHead(
  { columns, types, batches }: RowStream,
  rowsMax: number,
): Promise<ResultHead> {
  const rows: QueryResult["rows"] = [];
  let rowCount = 0;
  for await (const batch of batches) {
    rowCount += batch.length;
    for (const row of batch.slice(0, Math.max(0, rowsMax - rows.length))) rows.push(row);
  }
  return { columns, types, rows, rowCount };
}

/**
 * A result for people: a table, or records, one field a line, where the table would
 * be wider than the terminal.
 *
 * @param widthMax - columns of the terminal; without it, a table of any width
 */
export function renderResult(
  { columns, types, rows, rowCount }: ResultHead,
  widthMax?: number,
  [one, many]: readonly [string, string] = ["row", "rows"],
): string {
  const shown = rows.map((row) => row.map(cellText));
  const rest = rowCount - shown.length;
  const count = formatCounted(rowCount, one, many);
  const fits = widthMax === undefined || naturalWidth(columns, shown) <= widthMax;
  return [
    ...(fits
      ? [
          renderTable(columns, shown, {
            widthMax,
            isNumeric: types.map((t) => NUMERIC_TYPE.test(t)),
          }),
        ]
      : shown.length === 0
        ? []
        : [renderRecords(columns, shown, widthMax, one)]),
    rest > 0 ? `${count}; ${formatCounted(rest, one, many)} not shown` : count,
  ].join("\n");
}

/** Each row as its fields, one a line; long values continue below, empty ones are left out. */
function renderRecords(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  widthMax: number,
  one: string,
): string {
  const names = columns.map(showControls);
  const nameWidth = Math.max(...names.map(displayWidth));
  const valueWidth = Math.max(widthMax - nameWidth - 2, 16);
  return rows
    .map((row, i) => {
      const title = `── ${one} ${i + 1} `;
      const fields = row.flatMap((value, column) =>
        value === ""
          ? []
          : wrapText(showControls(value), valueWidth).map(
              (part, line) =>
                `${padText(line === 0 ? (names[column] ?? "") : "", nameWidth)}  ${part}`,
            ),
      );
      return [title.padEnd(widthMax, "─"), ...fields].join("\n");
    })
    .join("\n");
}
