import CliTable from "cli-table3";
import { showControls } from "./controls.ts";
import { displayWidth } from "./display-width.ts";

/** Narrower columns are unreadable. */
const COLUMN_WIDTH_MIN = 6;
/** Two spaces of padding and a border. */
const COLUMN_FRAME = 3;

interface TableOptions {
  /** Columns of the terminal, to which cells are cut; without it nothing is cut. */
  widthMax?: number | undefined;
  /** Which columns hold numbers. */
  isNumeric?: readonly boolean[];
}

/** A table for people. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { widthMax, isNumeric = [] }: TableOptions = {},
): string {
  const cells = [head, ...rows].map((row) => row.map(showControls));
  const widths = naturalWidths(cells);
  const table = new CliTable({
    head: cells[0] ?? [],
    colWidths: fitColumns(widths, widthMax).map((width) => width + COLUMN_FRAME - 1),
    colAligns: head.map((_, i) => (isNumeric[i] ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...cells.slice(1));
  return table.toString();
}

/** Columns that the table needs when nothing is cut. */
export function naturalWidth(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): number {
  return frame(naturalWidths([head, ...rows].map((row) => row.map(showControls))));
}

function naturalWidths(cells: readonly (readonly string[])[]): number[] {
  return (cells[0] ?? []).map((_, i) =>
    cells.reduce((width, row) => Math.max(width, displayWidth(row[i] ?? "")), 0),
  );
}

/** The whole width of columns with their padding and borders. */
function frame(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + COLUMN_FRAME, 1);
}

/** Narrow the widest column until the table fits. */
function fitColumns(natural: readonly number[], widthMax = Number.POSITIVE_INFINITY): number[] {
  const widths = [...natural];
  let excess = frame(widths) - widthMax;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= COLUMN_WIDTH_MIN) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}
