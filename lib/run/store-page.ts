import type { Archive, Stored } from "../archive/archive.ts";
import type { ArchiveEntry } from "../archive/archive-object.ts";
import type { PageEntry } from "../slack/page.ts";
import type { ListedPage } from "./listing.ts";

export interface StoredPage extends Stored {
  /** Texts that were put into quarantine now. */
  quarantined: number;
}

/**
 * Store what a page holds: entries in the archive, and in quarantine what
 * cannot be read as an entry or lies outside the time that the writer has
 * claimed. Nothing that Slack sent is dropped.
 */
export async function storePage(
  archive: Archive,
  { window, page }: ListedPage,
): Promise<StoredPage> {
  const readable: ArchiveEntry[] = [];
  const unreadable: PageEntry[] = [];
  for (const entry of page.entries) {
    if (!isReadable(entry)) {
      unreadable.push(entry);
    } else if (entry.dateCreate !== window.until) {
      // The second `until` was asked for only in case Slack reads `latest` as exclusive; the
      // next window lists it. Anything else outside the window should not be here, and is kept.
      readable.push(entry);
    }
  }
  const stored = await archive.store(readable);
  const kept = [...unreadable, ...stored.outside].map(({ bytes }) => bytes);
  if (kept.length === 0) return { ...stored, quarantined: 0 };
  const { written } = await archive.quarantine(kept, window.from);
  return { ...stored, quarantined: written };
}

function isReadable(entry: PageEntry): entry is PageEntry & ArchiveEntry {
  return entry.id !== undefined && entry.dateCreate !== undefined;
}
