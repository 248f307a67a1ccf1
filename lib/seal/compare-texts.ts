import { EntryNames } from "../archive/entry-names.ts";
import type { EntryRows } from "../archive/entry-rows.ts";
import type { ArchivedLines } from "./archived-lines.ts";
import { digestText } from "./digest-text.ts";

/** What the archive has of the rows of a page. */
export interface ComparedTexts {
  /** By row, 1 for those that are archived. */
  known: Uint8Array;
  /** Those among them with another text. */
  others: Set<number>;
}

/** Rows by their names: the name of `rows[n]` has the number `before + n + 1`. */
interface NamedRows {
  rows: readonly number[];
  names: EntryNames;
  before: number;
  /** Whether no two names are the same. */
  isEachOnce: boolean;
}

/**
 * Compare texts that Slack lists with the archived ones.
 *
 * @param rows - to be compared, of the entries; their names are added to the window's
 * @param listed - the names of the window, each once
 */
export async function compareTexts(
  archived: ArchivedLines,
  entries: EntryRows,
  rows: readonly number[],
  listed: EntryNames,
): Promise<ComparedTexts> {
  const compared = { known: new Uint8Array(entries.rows), others: new Set<number>() };
  const before = listed.size;
  const first: number[] = [];
  const again: number[] = [];
  for (const row of rows) (listed.addOnce(entries, row) ? first : again).push(row);
  await compareRows(
    archived,
    entries,
    { rows: first, names: listed, before, isEachOnce: true },
    compared,
  );
  if (again.length > 0) {
    const names = new EntryNames(again.length);
    for (const row of again) names.add(entries, row);
    await compareRows(
      archived,
      entries,
      { rows: again, names, before: 0, isEachOnce: false },
      compared,
    );
  }
  return compared;
}

async function compareRows(
  archived: ArchivedLines,
  entries: EntryRows,
  { rows, names, before, isEachOnce }: NamedRows,
  { known, others }: ComparedTexts,
): Promise<void> {
  let [from, until] = [Number.POSITIVE_INFINITY, 0];
  for (const row of rows) {
    from = Math.min(from, entries.dateCreateOf(row));
    until = Math.max(until, entries.dateCreateOf(row) + 1);
  }
  for await (const { stretch, rows: lines } of archived.linesIn({ from, until })) {
    for (const line of lines) {
      let number = names.numberOf(stretch.names, line);
      if (number > 0) stretch.noteListed(line);
      while (number > before) {
        const row = rows[number - before - 1] as number;
        known[row] = 1;
        if (!stretch.hasText(line, digestText(entries.textOf(row)))) others.add(row);
        number = isEachOnce ? 0 : names.numberOf(stretch.names, line, number);
      }
    }
  }
}
