import type { CopyRequest, QueryResult, RowStream } from "../../lib/sql/query-result.ts";
import { showControls, showControlsOfLines } from "./controls.ts";

type Row = QueryResult["rows"][number];
type Cell = Row[number];

/** How results are written for programs, by the name of `--output`. */
const TEXT_FORMATS = ["json", "ndjson", "csv"] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

/** How the formats for programs print what a terminal or a spreadsheet would obey. */
export interface PrintOptions {
  /** As it is. @default false: controls are escaped, formulas are quoted */
  raw?: boolean | undefined;
}

/**
 * Rows whose columns have a name each, in every format: two of one name are `n` and `n_2`.
 * Readers of Parquet and CSV take `N` for the same name.
 */
export function withDistinctNames(rows: RowStream): RowStream {
  return { ...rows, columns: distinct(rows.columns) };
}

function distinct(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${column}_${i}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** A result as text, piece by piece; each row ends with a line break. */
export async function* toText(
  rows: RowStream,
  format: TextFormat,
  options: PrintOptions = {},
): AsyncGenerator<string> {
  if (format === "csv") yield* toCsv(rows, options);
  else if (format === "json") yield* toJson(rows, options);
  else yield* toNdjson(rows, options);
}

/** The same text, to be written by the database itself. */
export function toCopyRequest(
  { columns }: RowStream,
  request: Pick<CopyRequest, "format" | "path" | "raw">,
): CopyRequest {
  const isSafe = request.raw || request.format !== "csv";
  return { ...request, names: isSafe ? columns : toHarmlessNames(columns) };
}

/** A quoted name may be that of another column. */
function toHarmlessNames(columns: readonly string[]): string[] {
  return distinct(columns.map(toHarmlessText));
}

/** One object a line. */
async function* toNdjson(rows: RowStream, options: PrintOptions): AsyncGenerator<string> {
  const print = jsonPrinter(rows.columns, options);
  for await (const batch of rows.batches) yield batch.map((row) => `${print(row)}\n`).join("");
}

/** One array of objects, one object a line. */
async function* toJson(rows: RowStream, options: PrintOptions): AsyncGenerator<string> {
  const print = jsonPrinter(rows.columns, options);
  let start = "[";
  for await (const batch of rows.batches) {
    if (batch.length === 0) continue;
    yield start + batch.map(print).join(",\n ");
    start = ",\n ";
  }
  yield start === "[" ? "[]\n" : "]\n";
}

function jsonPrinter(columns: readonly string[], { raw = false }: PrintOptions) {
  const keys = columns.map((name) => `${JSON.stringify(name)}:`);
  return (row: Row): string => {
    const json = `{${keys.map((key, i) => key + JSON.stringify(row[i])).join(",")}}`;
    // Such a character is only ever in a string, where its escape means the same.
    return raw ? json : showControls(json);
  };
}

/** RFC 4180, with a header; NULL is an empty field, an empty text is `""`. */
async function* toCsv(
  { columns, types, batches }: RowStream,
  { raw = false }: PrintOptions,
): AsyncGenerator<string> {
  const names = raw ? columns : toHarmlessNames(columns);
  const textOf = types.map((type) => (raw || NO_TEXT.test(type) ? cellText : toHarmlessText));
  const print = (cell: Cell, i: number) =>
    cell === null ? "" : quoteField((textOf[i] ?? toHarmlessText)(cell));
  yield `${names.map(quoteField).join(",")}\r\n`;
  for await (const batch of batches) {
    yield batch.map((row) => `${row.map(print).join(",")}\r\n`).join("");
  }
}

/** A number or a time, such as `-Infinity`, is no formula. In any case: Athena writes its types in lower case. */
const NO_TEXT = /^(?:DOUBLE|FLOAT|REAL|DATE|TIME)/i;

/** What a spreadsheet takes for a formula when a cell begins with it. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** Most texts: nothing in them is a formula, a control or a mark of direction. */
const PLAIN = /^(?![=+\-@])[ -~]*$/;

/** Anyone can name a file `=HYPERLINK(…)`: an apostrophe makes it a text. */
function toHarmlessText(cell: Cell): string {
  const text = cellText(cell);
  if (PLAIN.test(text)) return text;
  const isFormula = FORMULA.test(text) && !NUMBER.test(text);
  return (isFormula ? "'" : "") + showControlsOfLines(text);
}

/** NULL is empty, what is nested is JSON. */
export function cellText(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/** As DuckDB does: an empty text is not NULL, and some readers take `#` for a comment. */
function quoteField(text: string): string {
  return text === "" || /[",\r\n#]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
