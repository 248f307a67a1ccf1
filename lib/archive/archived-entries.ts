import type { ArchiveStore } from "../ports.ts";
import { hourOf } from "../time.ts";
import { ArchiveObjectError, decodeLines } from "./archive-object.ts";
import { EntryNames } from "./entry-names.ts";
import type { EntryRows } from "./entry-rows.ts";
import { hourPrefix, type ObjectName, parseObjectKey } from "./object-key.ts";

interface ArchivedObject extends ObjectName {
  key: string;
}

/** Hours whose listings are kept. A window lies in one; a late scan and the live edge in two. */
const HOURS_KEPT = 4;
/** Objects whose names are kept: those that the next page or window can overlap again. */
const OBJECTS_KEPT = 8;
/** Of all of them together: those of three pages. */
const NAMES_KEPT_MAX = 30_000;

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
  readonly #objectsByHour = new RecentMap<number, ArchivedObject[]>({ itemsMax: HOURS_KEPT });
  readonly #namesByKey = new RecentMap<string, EntryNames>({
    itemsMax: OBJECTS_KEPT,
    weightOf: ({ size }) => size,
    weightMax: NAMES_KEPT_MAX,
  });

  constructor(store: ArchiveStore, source: string) {
    this.#store = store;
    this.#source = source;
  }

  /**
   * Looks at one object after the other, so that their number costs no memory.
   *
   * @param rows - at least one, all of one UTC hour
   * @returns those that are archived
   */
  async among(entries: EntryRows, rows: readonly number[]): Promise<Set<number>> {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      min = Math.min(min, entries.dateCreateOf(row));
      max = Math.max(max, entries.dateCreateOf(row));
    }
    const found = new Set<number>();
    for (const { key, minDateCreate, maxDateCreate } of await this.#objectsOf(hourOf(min))) {
      if (minDateCreate <= max && maxDateCreate >= min) {
        const archived = await this.#namesOf(key);
        for (const row of rows) if (archived.has(entries, row)) found.add(row);
      }
    }
    return found;
  }

  /** Take note of an object that was just written. */
  async add(key: string, hour: number, entries: EntryRows, rows: readonly number[]): Promise<void> {
    const objects = await this.#objectsOf(hour);
    const name = parseObjectKey(key);
    if (name !== undefined && !objects.some((object) => object.key === key)) {
      objects.push({ key, ...name });
    }
    if (rows.length > NAMES_KEPT_MAX) return;
    const names = new EntryNames(rows.length);
    for (const row of rows) names.add(entries, row);
    this.#namesByKey.set(key, names);
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

  async #namesOf(key: string): Promise<EntryNames> {
    const known = this.#namesByKey.get(key);
    if (known !== undefined) {
      return known;
    }
    const names = new EntryNames();
    for (const line of await decodeLines(key, await this.#store.get(key))) {
      names.addName(readLine(key, line));
    }
    this.#namesByKey.set(key, names);
    return names;
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

interface RecentMapLimits<V> {
  itemsMax: number;
  weightOf?: (value: V) => number;
  /** Of all values together. */
  weightMax?: number;
}

/** A map that forgets what was used least recently, until it is within its limits. */
class RecentMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #limits: Required<RecentMapLimits<V>>;

  constructor(limits: RecentMapLimits<V>) {
    this.#limits = { weightOf: () => 0, weightMax: Number.POSITIVE_INFINITY, ...limits };
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.set(key, value);
    }
    return value;
  }

  /** What alone is too heavy, as an import's object may be, is not kept: all others would go. */
  set(key: K, value: V): void {
    const { itemsMax, weightOf, weightMax } = this.#limits;
    this.#entries.delete(key);
    if (weightOf(value) > weightMax) return;
    this.#entries.set(key, value);
    let weight = [...this.#entries.values()].reduce((sum, each) => sum + weightOf(each), 0);
    for (const [oldest, forgotten] of this.#entries) {
      if (this.#entries.size <= itemsMax && weight <= weightMax) return;
      this.#entries.delete(oldest);
      weight -= weightOf(forgotten);
    }
  }
}
