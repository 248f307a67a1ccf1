import { hash } from "node:crypto";
import type { ArchiveStore } from "../ports.ts";
import { hourOf } from "../time.ts";
import { type ArchiveEntry, ArchiveObjectError, decodeLines } from "./archive-object.ts";
import { hourPrefix, type ObjectName, parseObjectKey } from "./object-key.ts";

/**
 * An entry is known by its id and its time (docs/adr/0016-id-and-time.md): a line
 * that gives an id another time than Slack does, as an import may bring it, is another.
 */
export type EntryName = `${number} ${string}`;

export function entryName({ id, dateCreate }: { id: string; dateCreate: number }): EntryName {
  return `${dateCreate} ${id}`;
}

export function idOf(name: EntryName): string {
  return name.slice(name.indexOf(" ") + 1);
}

interface ArchivedLine {
  /** Epoch seconds. */
  dateCreate: number;
  /** See {@link textHash}; empty where texts are not hashed. */
  hash: string;
}

/** The lines of an object. */
type ArchivedLines = ReadonlyMap<EntryName, ArchivedLine>;

interface ArchivedObject extends ObjectName {
  key: string;
}

/** Hours whose listings are kept. A window lies in one; a late scan and the live edge in two. */
const HOURS_KEPT = 4;
/** Objects whose lines are kept: those that the next page or window can overlap again. */
const OBJECTS_KEPT = 8;

/**
 * Which entries are archived: the archive itself is the dedupe index.
 *
 * An hour is listed once; of its objects only those are read whose key says
 * that they overlap the asked seconds. True for as long as this run is the
 * only writer, which the lease sees to.
 */
export class ArchivedEntries {
  readonly #store: ArchiveStore;
  readonly #source: string;
  readonly #hashesTexts: boolean;
  readonly #objectsByHour = new RecentMap<number, ArchivedObject[]>(HOURS_KEPT);
  readonly #linesByKey = new RecentMap<string, ArchivedLines>(OBJECTS_KEPT);

  constructor(store: ArchiveStore, source: string, hashesTexts: boolean) {
    this.#store = store;
    this.#source = source;
    this.#hashesTexts = hashesTexts;
  }

  /**
   * @param min - epoch seconds, included
   * @param max - epoch seconds, included, in the same UTC hour
   * @returns tells whether an entry with a time of these seconds is archived
   */
  async between(min: number, max: number): Promise<(entry: ArchiveEntry) => boolean> {
    const objects = await this.#overlapping(min, max);
    return (entry) => objects.some((lines) => lines.has(entryName(entry)));
  }

  /**
   * @returns the entries that are archived with a time of these seconds, each
   * with the hash of its line; bounds as in {@link between}
   */
  async within(min: number, max: number): Promise<Map<EntryName, string>> {
    const within = new Map<EntryName, string>();
    for (const lines of await this.#overlapping(min, max)) {
      for (const [name, { dateCreate, hash }] of lines) {
        if (dateCreate >= min && dateCreate <= max) within.set(name, hash);
      }
    }
    return within;
  }

  /** Take note of an object that was just written. */
  async add(key: string, hour: number, entries: readonly ArchiveEntry[]): Promise<void> {
    const objects = await this.#objectsOf(hour);
    const name = parseObjectKey(key);
    if (name !== undefined && !objects.some((object) => object.key === key)) {
      objects.push({ key, ...name });
    }
    const lines = entries.map(
      (entry) => [entryName(entry), this.#line(entry.dateCreate, entry.bytes)] as const,
    );
    this.#linesByKey.set(key, new Map(lines));
  }

  #line(dateCreate: number, text: Uint8Array): ArchivedLine {
    return { dateCreate, hash: this.#hashesTexts ? textHash(text) : "" };
  }

  async #overlapping(min: number, max: number): Promise<ArchivedLines[]> {
    const objects: ArchivedLines[] = [];
    for (const { key, minDateCreate, maxDateCreate } of await this.#objectsOf(hourOf(min))) {
      if (minDateCreate <= max && maxDateCreate >= min) {
        objects.push(await this.#linesOf(key));
      }
    }
    return objects;
  }

  async #objectsOf(hour: number): Promise<ArchivedObject[]> {
    const known = this.#objectsByHour.get(hour);
    if (known !== undefined) {
      return known;
    }
    const objects: ArchivedObject[] = [];
    for await (const { key } of this.#store.list(hourPrefix(this.#source, hour))) {
      const name = parseObjectKey(key);
      if (name !== undefined) objects.push({ key, ...name });
    }
    this.#objectsByHour.set(hour, objects);
    return objects;
  }

  async #linesOf(key: string): Promise<ArchivedLines> {
    const known = this.#linesByKey.get(key);
    if (known !== undefined) {
      return known;
    }
    const lines = new Map<EntryName, ArchivedLine>();
    for (const line of await decodeLines(key, await this.#store.get(key))) {
      const entry = readLine(key, line);
      lines.set(entryName(entry), this.#line(entry.dateCreate, line));
    }
    this.#linesByKey.set(key, lines);
    return lines;
  }
}

/** @throws {ArchiveObjectError} when the line is not JSON with an id and a time */
export function readLine(key: string, line: Uint8Array): { id: string; dateCreate: number } {
  let entry: { id?: unknown; date_create?: unknown };
  try {
    entry = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString());
  } catch (cause) {
    throw new ArchiveObjectError(key, "a line is not JSON", { cause });
  }
  const { id, date_create: dateCreate } = entry;
  if (typeof id !== "string" || typeof dateCreate !== "number") {
    throw new ArchiveObjectError(key, "a line has no id or no date_create");
  }
  return { id, dateCreate };
}

/** By which two texts of an id are compared: SHA-256, base64. */
export function textHash(text: Uint8Array): string {
  return hash("sha256", text, "base64");
}

/** A map that forgets what was used least recently. */
class RecentMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) {
        return;
      }
      this.#entries.delete(oldest);
    }
  }
}
