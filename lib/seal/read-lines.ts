import { splitLines } from "../archive/archive-object.ts";
import { readLine } from "../archive/archived-entries.ts";
import { readEntryLines } from "../slack/page.ts";

/** A line of an object, and by what it is known. */
export interface ReadLine {
  id: string;
  /** `date_create`, epoch seconds. */
  second: number;
  text: Uint8Array;
}

/**
 * The lines of an object: by the scan that reads pages, and where that does not find what it needs,
 * parsed. A line is a view on the text.
 *
 * @param text - each line with its line break
 * @throws {ArchiveObjectError} when a line is not JSON with an id and a time
 */
export function* readLines(key: string, text: Buffer): Generator<ReadLine, void, void> {
  const table = readEntryLines(text);
  if (table === undefined) {
    for (const line of splitLines(text)) yield parseLine(key, line);
    return;
  }
  for (let row = 0; row < table.rows; row++) {
    const line = table.textOf(row);
    const [id, second] = [table.idOf(row), table.dateCreateOf(row)];
    yield id !== undefined && table.isReadable(row)
      ? { id, second, text: line }
      : parseLine(key, line);
  }
  table.clear();
}

/** @throws {ArchiveObjectError} when the line is not JSON with an id and a time */
function parseLine(key: string, text: Uint8Array): ReadLine {
  const { id, dateCreate } = readLine(key, text);
  return { id, second: dateCreate, text };
}
