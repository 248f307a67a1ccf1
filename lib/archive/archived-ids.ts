import { hash } from "node:crypto";
import type { ArchiveStore } from "../ports.ts";
import { hourOf } from "../time.ts";
import { type ArchiveEntry, ArchiveObjectError, decodeLines } from "./archive-object.ts";
import { hourPrefix, type ObjectName, parseObjectKey } from "./object-key.ts";

interface ArchivedLine {
  /** Epoch seconds. */
  dateCreate: number;
  /** See {@link textHash}; empty where texts are not hashed. */
  hash: string;
}

/** The lines of an object, by their id. */
type ArchivedObjectIds = ReadonlyMap<string, ArchivedLine>;

interface ArchivedObject extends ObjectName {
  key: string;
}

/** Hours whose listings are kept. A window lies in one; a late scan and the live edge in two. */
const HOURS_KEPT = 4;
/** Objects whose ids are kept: those that the next page or window can overlap again. */
const OBJECTS_KEPT = 8;

/**
 * Which ids are archived: the archive itself is the dedupe index.
 *
 * An hour is listed once; of its objects only those are read whose key says
 * that they overlap the asked seconds. True for as long as this run is the
 * only writer, which the lease sees to.
 */
export class ArchivedIds {
  readonly #store: ArchiveStore;
  readonly #source: string;
  readonly #hashesTexts: boolean;
  readonly #objectsByHour = new RecentMap<number, ArchivedObject[]>(HOURS_KEPT);
  readonly #idsByKey = new RecentMap<string, ArchivedObjectIds>(OBJECTS_KEPT);

  constructor(store: ArchiveStore, source: string, hashesTexts: boolean) {
    this.#store = store;
    this.#source = source;
    this.#hashesTexts = hashesTexts;
  }

  /**
   * @param min - epoch seconds, included
   * @param max - epoch seconds, included, in the same UTC hour
   * @returns tells whether an id stands in an object that overlaps these seconds
   */
  async between(min: number, max: number): Promise<(id: string) => boolean> {
    const objects = await this.#overlapping(min, max);
    return (id) => objects.some((ids) => ids.has(id));
  }

  /**
   * @returns the ids that are archived with a time of these seconds, each with
   * the hash of its line; bounds as in {@link between}
   */
  async within(min: number, max: number): Promise<Map<string, string>> {
    const within = new Map<string, string>();
    for (const ids of await this.#overlapping(min, max)) {
      for (const [id, { dateCreate, hash }] of ids) {
        if (dateCreate >= min && dateCreate <= max) within.set(id, hash);
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
    const ids = entries.map(
      ({ id, dateCreate, bytes }) => [id, this.#line(dateCreate, bytes)] as const,
    );
    this.#idsByKey.set(key, new Map(ids));
  }

  #line(dateCreate: number, text: Uint8Array): ArchivedLine {
    return { dateCreate, hash: this.#hashesTexts ? textHash(text) : "" };
  }

  async #overlapping(min: number, max: number): Promise<ArchivedObjectIds[]> {
    const ids: ArchivedObjectIds[] = [];
    for (const { key, minDateCreate, maxDateCreate } of await this.#objectsOf(hourOf(min))) {
      if (minDateCreate <= max && maxDateCreate >= min) {
        ids.push(await this.#idsOf(key));
      }
    }
    return ids;
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

  async #idsOf(key: string): Promise<ArchivedObjectIds> {
    const known = this.#idsByKey.get(key);
    if (known !== undefined) {
      return known;
    }
    const ids = new Map<string, ArchivedLine>();
    for (const line of await decodeLines(key, await this.#store.get(key))) {
      const { id, dateCreate } = readLine(key, line);
      ids.set(id, this.#line(dateCreate, line));
    }
    this.#idsByKey.set(key, ids);
    return ids;
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
