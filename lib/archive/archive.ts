import type { ArchiveStore, Clock } from "../ports.ts";
import {
  dayOf,
  hourOf,
  nowSeconds,
  rangeOfDay,
  SECONDS_PER_HOUR,
  type TimeRange,
} from "../time.ts";
import { encodeRows, type ObjectSize, splitForObjects, WRITTEN_MAX } from "./archive-object.ts";
import { ArchivedEntries } from "./archived-entries.ts";
import { encodeLines } from "./encode-lines.ts";
import { EntryNames } from "./entry-names.ts";
import { allRows, type EntryRows, ListedTexts } from "./entry-rows.ts";
import { quarantinePrefix } from "./object-key.ts";
import { newestRevision, noteAddendum } from "./sealed-day.ts";

/** What became of a batch of entries, by their rows. */
export interface Stored {
  /** Written now. */
  added: number[];
  /** Left out: they are in the archive, or their id is earlier in this batch. */
  duplicates: number[];
  /** Refused: their time is not within what this writer has claimed. */
  outside: number[];
  /** Objects written now. */
  objects: number;
  /** Their size, compressed. */
  bytes: number;
}

/** What became of texts that are no entries of the archive. */
export interface Quarantined {
  /** Texts written now. */
  written: number;
  keys: string[];
}

/** A writer's right to write, as its lease gives it. */
export interface WriteGuard {
  /** The only time of which this writer may store entries. */
  readonly range: TimeRange;
  /** Makes each write. @throws instead when another may be the writer by now */
  write<T>(put: () => Promise<T>): Promise<T>;
}

export interface ArchiveOptions {
  source: string;
  guard: WriteGuard;
  clock: Clock;
  /** What an object holds at most. */
  objectMax?: ObjectSize;
}

/** A day that ends later than this from now is not sealed yet, whatever the clocks' skew. */
const SEALED_EARLIEST_SECONDS = SECONDS_PER_HOUR;

/**
 * The archive of one source, as its one writer sees it. Entries go in once:
 * what is already there is left out, what is written is never changed, and
 * what belongs to a sealed day is noted as an addendum to it first.
 */
export class Archive {
  readonly #store: ArchiveStore;
  readonly #source: string;
  readonly #guard: WriteGuard;
  readonly #clock: Clock;
  readonly #objectMax: ObjectSize;
  readonly #archived: ArchivedEntries;
  /** Names in the batch that is being stored. */
  readonly #inBatch = new EntryNames();
  /** Days that may be written to: looked up once, as nobody seals what this writer has claimed. */
  readonly #openDays = new Set<string>();

  constructor(
    store: ArchiveStore,
    { source, guard, clock, objectMax = WRITTEN_MAX }: ArchiveOptions,
  ) {
    this.#store = store;
    this.#source = source;
    this.#guard = guard;
    this.#clock = clock;
    this.#objectMax = objectMax;
    this.#archived = new ArchivedEntries(store, source);
  }

  /**
   * @param entries - newest first, of any hours
   * @param rows - those of the entries that are to be stored, in the same order
   */
  async store(entries: EntryRows, rows: readonly number[] = allRows(entries)): Promise<Stored> {
    const { from, until } = this.#guard.range;
    const stored: Stored = { added: [], duplicates: [], outside: [], objects: 0, bytes: 0 };
    const inBatch = this.#inBatch;
    inBatch.clear();
    const inside: number[] = [];
    for (const row of rows) {
      const dateCreate = entries.dateCreateOf(row);
      const isInside = dateCreate >= from && dateCreate < until;
      (isInside ? inside : stored.outside).push(row);
    }
    const byHour = Map.groupBy(inside, (row) => hourOf(entries.dateCreateOf(row)));
    for (const [hour, ofHour] of [...byHour].sort(([a], [b]) => a - b)) {
      const archived = await this.#archived.among(entries, ofHour);
      const fresh: number[] = [];
      for (const row of ofHour) {
        const isNew = !inBatch.hasId(entries, row) && !archived.has(row);
        (isNew ? fresh : stored.duplicates).push(row);
        inBatch.add(entries, row);
      }
      const newestFirst = fresh.sort((a, b) => entries.dateCreateOf(b) - entries.dateCreateOf(a));
      const parts = [...splitForObjects(entries, newestFirst, this.#objectMax)];
      for (const part of parts.toReversed()) {
        await this.#write(hour, entries, part, stored);
      }
    }
    return stored;
  }

  /**
   * Keep what cannot be read as an entry, verbatim, outside the table.
   *
   * @param texts - each without a line break
   * @param at - epoch seconds of the listing in which they stood, or of what they claim to be
   * @returns how many were written now, none when the same texts were kept before,
   * and the keys of the objects that hold them
   */
  async quarantine(texts: readonly Uint8Array[], at: number): Promise<Quarantined> {
    const quarantined: Quarantined = { written: 0, keys: [] };
    const sorted = new ListedTexts(texts.toSorted(Buffer.compare).map((bytes) => ({ bytes })));
    for (const part of splitForObjects(sorted, allRows(sorted), this.#objectMax)) {
      const { hash, body } = await encodeLines(sorted, part);
      const key = `${quarantinePrefix(this.#source, at)}${hash}.json.gz`;
      await this.#openDay(dayOf(at));
      const outcome = await this.#guard.write(() => this.#store.put(key, body));
      if (outcome === "created") quarantined.written += part.length;
      quarantined.keys.push(key);
    }
    return quarantined;
  }

  async #write(hour: number, entries: EntryRows, rows: number[], stored: Stored): Promise<void> {
    const { key, body } = await encodeRows(this.#source, entries, rows);
    await this.#openDay(dayOf(hour));
    const outcome = await this.#guard.write(() => this.#store.put(key, body));
    await this.#archived.add(key, hour, entries, rows);
    stored.added = stored.added.concat(rows);
    if (outcome === "created") {
      stored.objects += 1;
      stored.bytes += body.byteLength;
    }
  }

  /** What is stored for a sealed day from now on is an addendum to it. */
  async #openDay(day: string): Promise<void> {
    const { until } = rangeOfDay(day);
    const mayBeSealed = until <= nowSeconds(this.#clock) + SEALED_EARLIEST_SECONDS;
    if (!mayBeSealed || this.#openDays.has(day)) return;
    const revision = await newestRevision(this.#store, this.#source, day);
    if (revision > 0) {
      await noteAddendum(this.#store, this.#guard, this.#source, { day, revision });
    }
    this.#openDays.add(day);
  }
}
