import type { Archive, Stored } from "../archive/archive.ts";
import { allRows } from "../archive/entry-rows.ts";
import type { ListedPage } from "./listing.ts";

export interface StoredPage extends Stored {
  /** Texts that were put into quarantine now. */
  quarantined: number;
}

/**
 * Store what a page holds: entries in the archive, and in quarantine what
 * cannot be read as an entry or lies outside the time that the writer has
 * claimed. Nothing that Slack sent is dropped.
 *
 * @param rows - which of its entries, in Slack's order
 */
export async function storePage(
  archive: Archive,
  { window, page: { table } }: ListedPage,
  rows: readonly number[] = allRows(table),
): Promise<StoredPage> {
  const readable: number[] = [];
  const unreadable: number[] = [];
  for (const row of rows) {
    if (!table.isReadable(row)) {
      unreadable.push(row);
    } else if (table.dateCreateOf(row) !== window.until) {
      // The second `until` was asked for only in case Slack reads `latest` as exclusive; the
      // next window lists it. Anything else outside the window should not be here, and is kept.
      readable.push(row);
    }
  }
  const stored = await archive.store(table, readable);
  const kept = [...unreadable, ...stored.outside].map((row) => table.textOf(row));
  if (kept.length === 0) return { ...stored, quarantined: 0 };
  const { written } = await archive.quarantine(kept, window.from);
  return { ...stored, quarantined: written };
}
