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
  const header = columns.map((name) => printField(name, request)).join(",");
  return { ...request, fields: distinct(columns), header };
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
  const keys = distinct(columns).map((name) => `${JSON.stringify(name)}:`);
  return (row: Row): string => {
    const json = `{${keys.map((key, i) => key + JSON.stringify(row[i])).join(",")}}`;
    // Such a character is only ever in a string, where its escape means the same.
    return raw ? json : showControls(json);
  };
}

/** Two columns of one name are two fields: `n` and `n_2`. */
function distinct(columns: readonly string[]): string[] {
  const names = new Set<string>();
  for (const column of columns) {
    let name = column;
    for (let i = 2; names.has(name); i++) name = `${column}_${i}`;
    names.add(name);
  }
  return [...names];
}

/** RFC 4180, with a header; NULL is an empty field. */
async function* toCsv(
  { columns, batches }: RowStream,
  { raw = false }: PrintOptions,
): AsyncGenerator<string> {
  const print = (row: Row) => `${row.map((cell) => printField(cell, { raw })).join(",")}\r\n`;
  yield print(columns);
  for await (const batch of batches) yield batch.map(print).join("");
}

function printField(cell: Cell, { raw }: PrintOptions): string {
  return quoteField(raw ? cellText(cell) : toHarmlessText(cell));
}

/** What a spreadsheet takes for a formula when a cell begins with it. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

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

function quoteField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
