import { decodeText, freeText, splitLines } from "../archive/archive-object.ts";
import { readLine } from "../archive/archived-entries.ts";
import { type EntryRows, ListedEntries } from "../archive/entry-rows.ts";
import type { EntryTable } from "../slack/entry-table.ts";
import { readEntryLines } from "../slack/page.ts";

/**
 * Go through the lines of an object: by the scan that reads pages, and where that does not find what
 * it needs, each parsed. Lines are views on the text.
 *
 * @param text - each line with its line break
 * @param use - gets a row for each line, in their order; they are gone when it returns
 * @throws {ArchiveObjectError} when a line is not JSON with an id and a time
 */
export function withLines<T>(key: string, text: Buffer, use: (lines: EntryRows) => T): T {
  const table = readEntryLines(text);
  try {
    return use(table !== undefined && isReadable(table) ? table : parseLines(key, text));
  } finally {
    table?.clear();
  }
}

/**
 * The same for an object as it is stored.
 *
 * @param use - gets the text, too; it is gone when it returns
 * @throws {ArchiveObjectError} when the object cannot be read
 */
export async function withLinesOf<T>(
  key: string,
  body: Uint8Array,
  use: (lines: EntryRows, text: Buffer) => T,
): Promise<T> {
  const text = await decodeText(key, body);
  try {
    return withLines(key, text, (lines) => use(lines, text));
  } finally {
    freeText(text);
  }
}

function isReadable(table: EntryTable): boolean {
  for (let row = 0; row < table.rows; row++) {
    if (!table.isReadable(row)) return false;
  }
  return true;
}

function parseLines(key: string, text: Buffer): EntryRows {
  return new ListedEntries(splitLines(text).map((bytes) => ({ ...readLine(key, bytes), bytes })));
}
