import type { ArchiveStore } from "../ports.ts";
import { hourOf } from "../time.ts";
import { type ArchiveEntry, ArchiveObjectError, decodeLines } from "./archive-object.ts";
import { hourPrefix, type ObjectName, parseObjectKey } from "./object-key.ts";

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
  readonly #objectsByHour = new RecentMap<number, ArchivedObject[]>(HOURS_KEPT);
  readonly #idsByKey = new RecentMap<string, ReadonlySet<string>>(OBJECTS_KEPT);

  constructor(store: ArchiveStore, source: string) {
    this.#store = store;
    this.#source = source;
  }

  /**
   * Looks at one object after the other, so that their number costs no memory.
   *
   * @param entries - at least one, all of one UTC hour
   * @returns the ids among theirs that stand in an object that overlaps their time
   */
  async among(entries: readonly ArchiveEntry[]): Promise<Set<string>> {
    const seconds = entries.map(({ dateCreate }) => dateCreate);
    const min = seconds.reduce((a, b) => Math.min(a, b));
    const max = seconds.reduce((a, b) => Math.max(a, b));
    const found = new Set<string>();
    for (const { key, minDateCreate, maxDateCreate } of await this.#objectsOf(hourOf(min))) {
      if (minDateCreate <= max && maxDateCreate >= min) {
        const ids = await this.#idsOf(key);
        for (const { id } of entries) if (ids.has(id)) found.add(id);
      }
    }
    return found;
  }

  /** Take note of an object that was just written. */
  async add(key: string, hour: number, entries: readonly ArchiveEntry[]): Promise<void> {
    const objects = await this.#objectsOf(hour);
    const name = parseObjectKey(key);
    if (name !== undefined && !objects.some((object) => object.key === key)) {
      objects.push({ key, ...name });
    }
    const ids = entries.map(({ id }) => id);
    this.#idsByKey.set(key, new Set(ids));
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

  async #idsOf(key: string): Promise<ReadonlySet<string>> {
    const known = this.#idsByKey.get(key);
    if (known !== undefined) {
      return known;
    }
    const ids = new Set<string>();
    for (const line of await decodeLines(key, await this.#store.get(key))) {
      ids.add(readLine(key, line).id);
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
