import type { ArchiveStore, Clock } from "../ports.ts";
import {
  dayOf,
  hourOf,
  nowSeconds,
  rangeOfDay,
  SECONDS_PER_HOUR,
  type TimeRange,
} from "../time.ts";
import {
  type ArchiveEntry,
  encodeLines,
  encodeObject,
  type ObjectSize,
  splitForObjects,
  WRITTEN_MAX,
} from "./archive-object.ts";
import { ArchivedEntries, entryName } from "./archived-entries.ts";
import { quarantinePrefix } from "./object-key.ts";
import { newestRevision, noteAddendum } from "./sealed-day.ts";

/** What became of a batch of entries. */
export interface Stored {
  /** Written now. */
  added: ArchiveEntry[];
  /** Left out: they are in the archive, or their id is earlier in this batch. */
  duplicates: ArchiveEntry[];
  /** Refused: their time is not within what this writer has claimed. */
  outside: ArchiveEntry[];
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

  /** @param entries - newest first, of any hours */
  async store(entries: readonly ArchiveEntry[]): Promise<Stored> {
    const { from, until } = this.#guard.range;
    const stored: Stored = { added: [], duplicates: [], outside: [], objects: 0, bytes: 0 };
    const inBatch = new Set<string>();
    const inside: ArchiveEntry[] = [];
    for (const entry of entries) {
      const isInside = entry.dateCreate >= from && entry.dateCreate < until;
      (isInside ? inside : stored.outside).push(entry);
    }
    const byHour = Map.groupBy(inside, ({ dateCreate }) => hourOf(dateCreate));
    for (const [hour, ofHour] of [...byHour].sort(([a], [b]) => a - b)) {
      const archived = await this.#archived.among(ofHour);
      const fresh: ArchiveEntry[] = [];
      for (const entry of ofHour) {
        const isNew = !inBatch.has(entry.id) && !archived.has(entryName(entry));
        (isNew ? fresh : stored.duplicates).push(entry);
        inBatch.add(entry.id);
      }
      const newestFirst = fresh.sort((a, b) => b.dateCreate - a.dateCreate);
      const parts = [...splitForObjects(newestFirst, this.#objectMax)];
      for (const part of parts.toReversed()) {
        await this.#write(hour, part, stored);
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
    const sorted = texts.toSorted(Buffer.compare).map((bytes) => ({ bytes }));
    for (const part of splitForObjects(sorted, this.#objectMax)) {
      const { hash, body } = await encodeLines(part);
      const key = `${quarantinePrefix(this.#source, at)}${hash}.json.gz`;
      await this.#openDay(dayOf(at));
      const outcome = await this.#guard.write(() => this.#store.put(key, body));
      if (outcome === "created") quarantined.written += part.length;
      quarantined.keys.push(key);
    }
    return quarantined;
  }

  async #write(hour: number, entries: ArchiveEntry[], stored: Stored): Promise<void> {
    const { key, body } = await encodeObject(this.#source, entries);
    await this.#openDay(dayOf(hour));
    const outcome = await this.#guard.write(() => this.#store.put(key, body));
    await this.#archived.add(key, hour, entries);
    stored.added = stored.added.concat(entries);
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
