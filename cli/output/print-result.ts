import type { RowStream } from "../../lib/sql/query-result.ts";
import { page } from "./pager.ts";
import { toCopyRequest, toText, withDistinctNames } from "./query-result.ts";
import { printWhole, writePieces, writeWhole } from "./result-file.ts";
import { renderResult, tableRowsMax, takeHead } from "./result-table.ts";
import { terminalWidth } from "./terminal-width.ts";

export const OUTPUT_FORMATS = ["table", "json", "ndjson", "csv", "parquet"] as const;

/** How a result is given out. */
export interface ResultOutput {
  format: (typeof OUTPUT_FORMATS)[number];
  /** Standard output without it. */
  file?: string | undefined;
  raw?: boolean | undefined;
  /** A long table on a terminal. */
  pager: boolean;
}

/**
 * Run a query; `take` may be called again for rows from the start.
 *
 * @param file - the one that `take` may have the database write
 */
export type ReadRows = <T>(take: (rows: RowStream) => Promise<T>, file?: string) => Promise<T>;

/** Makes a Parquet file of rows. */
export type WriteParquet = (rows: RowStream, path: string) => Promise<void>;

/**
 * Run a query, and give out its result once it is whole.
 *
 * @returns how many rows it has
 */
export async function printResult(
  readRows: ReadRows,
  { format, file, raw = false, pager }: ResultOutput,
  writeParquet: WriteParquet,
): Promise<number> {
  const read: ReadRows = (take, into) => readRows((rows) => take(withDistinctNames(rows)), into);
  if (format === "table") return printTable(read, pager);
  let rowCount = 0;
  const write = (path: string) =>
    read(async (rows) => {
      const copied = await rows.copy?.(toCopyRequest(rows, { format, path, raw }));
      rowCount = copied ?? 0;
      if (copied !== undefined) return;
      const counted = {
        ...rows,
        batches: countRows(rows, (count) => {
          rowCount += count;
        }),
      };
      if (format === "parquet") await writeParquet(counted, path);
      else await writePieces(path, toText(counted, format, { raw }));
    }, path);
  if (file === undefined) await printWhole(write);
  else await writeWhole(file, write);
  return rowCount;
}

async function* countRows({ batches }: RowStream, onRows: (count: number) => void) {
  for await (const batch of batches) {
    onRows(batch.length);
    yield batch;
  }
}

async function printTable(read: ReadRows, pager: boolean): Promise<number> {
  const head = await read((rows) => takeHead(rows, tableRowsMax()));
  const text = renderResult(head, terminalWidth());
  if (head.rowCount > head.rows.length) {
    console.error("A table shows the first rows; --output ndjson, csv, json or parquet has all.");
  }
  if (pager) await page(text);
  else console.log(text);
  return head.rowCount;
}
