import type { ArchiveStore } from "../ports.ts";
import { hourOf } from "../time.ts";
import { type ArchiveEntry, encodeLines, encodeObject } from "./archive-object.ts";
import { ArchivedIds } from "./archived-ids.ts";
import { quarantinePrefix } from "./object-key.ts";

/** What became of a batch of entries. */
export interface Stored {
  /** Written now. */
  added: ArchiveEntry[];
  /** Left out: their id stands in the archive, or earlier in this batch. */
  duplicates: ArchiveEntry[];
  /** Objects written now. */
  objects: number;
  /** Their size, compressed. */
  bytes: number;
}

/**
 * The archive of one source, as its one writer sees it. Entries go in once:
 * what is already there is left out, what is written is never changed.
 */
export class Archive {
  readonly #store: ArchiveStore;
  readonly #source: string;
  readonly #archivedIds: ArchivedIds;
  readonly #beforeWrite: () => void;

  /**
   * @param beforeWrite - called right before each write; throws to prevent it
   * (the run's lease may have passed to another while this process stood still)
   */
  constructor(store: ArchiveStore, source: string, beforeWrite: () => void) {
    this.#store = store;
    this.#source = source;
    this.#archivedIds = new ArchivedIds(store, source);
    this.#beforeWrite = beforeWrite;
  }

  /** @param entries - newest first, of any hours */
  async store(entries: readonly ArchiveEntry[]): Promise<Stored> {
    const stored: Stored = { added: [], duplicates: [], objects: 0, bytes: 0 };
    const inBatch = new Set<string>();
    const byHour = Map.groupBy(entries, ({ dateCreate }) => hourOf(dateCreate));
    for (const [hour, ofHour] of [...byHour].sort(([a], [b]) => a - b)) {
      const seconds = ofHour.map(({ dateCreate }) => dateCreate);
      const isArchived = await this.#archivedIds.between(minOf(seconds), maxOf(seconds));
      const fresh: ArchiveEntry[] = [];
      for (const entry of ofHour) {
        const isNew = !inBatch.has(entry.id) && !isArchived(entry.id);
        (isNew ? fresh : stored.duplicates).push(entry);
        inBatch.add(entry.id);
      }
      if (fresh.length > 0) {
        await this.#write(hour, fresh, stored);
      }
    }
    return stored;
  }

  /**
   * @param from - epoch seconds, included
   * @param until - epoch seconds, excluded; both in one UTC hour
   * @returns the ids that are archived with a time of these seconds
   */
  idsBetween(from: number, until: number): Promise<Set<string>> {
    return this.#archivedIds.within(from, until - 1);
  }

  /**
   * Keep what cannot be read as an entry, verbatim, outside the table.
   *
   * @param texts - each without a line break
   * @param listedAt - epoch seconds of the listing in which they stood
   * @returns how many were written now; none when the same texts were kept before
   */
  async quarantine(texts: readonly Uint8Array[], listedAt: number): Promise<number> {
    const { hash, body } = await encodeLines(texts.toSorted(Buffer.compare));
    const key = `${quarantinePrefix(this.#source, listedAt)}${hash}.json.gz`;
    this.#beforeWrite();
    return (await this.#store.put(key, body)) === "created" ? texts.length : 0;
  }

  async #write(hour: number, entries: ArchiveEntry[], stored: Stored): Promise<void> {
    const { key, body } = await encodeObject(this.#source, entries);
    this.#beforeWrite();
    const outcome = await this.#store.put(key, body);
    const ids = new Map(entries.map(({ id, dateCreate }) => [id, dateCreate]));
    await this.#archivedIds.add(key, hour, ids);
    stored.added = stored.added.concat(entries);
    if (outcome === "created") {
      stored.objects += 1;
      stored.bytes += body.byteLength;
    }
  }
}

function minOf(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b));
}

function maxOf(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b));
}
