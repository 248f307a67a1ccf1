import type { QueryResult } from "../../lib/sql/query-result.ts";
import { showControlsOfLines, toJsonLine } from "./controls.ts";
import { formatCounted } from "./format.ts";
import { renderTable } from "./table.ts";

type Cell = QueryResult["rows"][number][number];

/** In any case: Athena writes its types in lower case. */
const NUMERIC_TYPE = /INT|DOUBLE|FLOAT|REAL|DECIMAL/i;

/**
 * A result as a table.
 *
 * @param rowsMax - further rows are only counted
 * @param widthMax - columns of the terminal; longer rows are cut
 */
export function toTable(result: QueryResult, rowsMax: number, widthMax?: number): string {
  const { columns, types, rows } = result;
  const shown = rows.slice(0, rowsMax).map((row) => row.map(toText));
  const isNumeric = types.map((type) => NUMERIC_TYPE.test(type));
  const rest = rows.length - shown.length;
  const count = formatCounted(rows.length, "row");
  return [
    renderTable(columns, shown, { widthMax, isNumeric }),
    rest > 0 ? `${count}; ${formatCounted(rest, "row")} not shown` : count,
  ].join("\n");
}

/** How the formats for programs print what a terminal or a spreadsheet would obey. */
interface PrintOptions {
  /** As it is. @default false: controls are escaped, formulas are quoted */
  raw?: boolean | undefined;
}

/** One array of objects, one object a line. */
export function toJson({ columns, rows }: QueryResult, { raw = false }: PrintOptions = {}): string {
  const print = raw ? JSON.stringify : toJsonLine;
  const lines = rows.map((row) =>
    print(Object.fromEntries(columns.map((column, i) => [column, row[i]]))),
  );
  return `[${lines.join(",\n ")}]`;
}

/** RFC 4180, with a header; NULL is an empty field. */
export function toCsv({ columns, rows }: QueryResult, { raw = false }: PrintOptions = {}): string {
  const print = (cell: Cell) => (raw ? toText(cell) : toHarmlessText(cell));
  return [columns, ...rows]
    .map((row) => row.map((cell) => quoteField(print(cell))).join(","))
    .join("\r\n");
}

/** What a spreadsheet takes for a formula when a cell begins with it. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

/** Anyone can name a file `=HYPERLINK(…)`: an apostrophe makes it a text. */
function toHarmlessText(cell: Cell): string {
  const text = toText(cell);
  const isFormula = FORMULA.test(text) && !NUMBER.test(text);
  return (isFormula ? "'" : "") + showControlsOfLines(text);
}

function toText(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

function quoteField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
