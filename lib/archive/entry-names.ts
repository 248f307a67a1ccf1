import type { EntryRows } from "./entry-rows.ts";

/** Of Slack's ids. */
const ID_BYTES = 36;

/**
 * An entry is known by its id and its time (docs/adr/0016-id-and-time.md): a line
 * that gives an id another time than Slack does, as an import may bring it, is another.
 */
export type EntryName = `${number} ${string}`;

export function entryName({ id, dateCreate }: { id: string; dateCreate: number }): EntryName {
  return `${dateCreate} ${id}`;
}

/**
 * A set of names.
 *
 * A hash table over the ids' bytes, which takes a tenth of the memory of as many strings, and
 * gives the garbage collector nothing to do.
 */
export class EntryNames {
  /** The ids, one after another, and where each ends. */
  #ids: Buffer;
  #ends: Uint32Array;
  #dates: Float64Array;
  /** Number of a name, from 1, at the place that the hash of its id says, or at the next free one. */
  #places: Uint32Array;
  #size = 0;

  /** @param names - how many to expect */
  constructor(names = 0) {
    const capacity = Math.max(1, names);
    this.#ids = Buffer.allocUnsafeSlow(ID_BYTES * capacity);
    this.#ends = new Uint32Array(capacity);
    this.#dates = new Float64Array(capacity);
    this.#places = placesFor(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Begin anew, in the same memory. */
  clear(): void {
    this.#size = 0;
    this.#places.fill(0);
  }

  add(entries: EntryRows, row: number): void {
    const { buffer, start, end } = idOf(entries, row);
    this.#add(buffer, start, end, entries.dateCreateOf(row));
  }

  addName({ id, dateCreate }: { id: string; dateCreate: number }): void {
    const bytes = idBytes(id);
    this.#add(bytes, 0, bytes.length, dateCreate);
  }

  /** Whether the entry's id is here, with its time. */
  has(entries: EntryRows, row: number): boolean {
    return this.#find(entries, row, entries.dateCreateOf(row));
  }

  /** Whether the entry's id is here, whatever its time. */
  hasId(entries: EntryRows, row: number): boolean {
    return this.#find(entries, row, undefined);
  }

  #find(entries: EntryRows, row: number, dateCreate: number | undefined): boolean {
    const { buffer, start, end } = idOf(entries, row);
    let place = this.#placeOf(buffer, start, end);
    for (;;) {
      const number = this.#places[place] as number;
      if (number === 0) return false;
      const isDate = dateCreate === undefined || this.#dates[number - 1] === dateCreate;
      if (isDate && this.#isId(number - 1, buffer, start, end)) return true;
      place = (place + 1) & (this.#places.length - 1);
    }
  }

  #add(buffer: Buffer, start: number, end: number, dateCreate: number): void {
    if (this.#size === this.#ends.length) this.#growNames();
    const offset = this.#startOf(this.#size);
    const idEnd = offset + end - start;
    while (idEnd > this.#ids.length) this.#ids = Buffer.concat([this.#ids, this.#ids]);
    buffer.copy(this.#ids, offset, start, end);
    this.#ends[this.#size] = idEnd;
    this.#dates[this.#size] = dateCreate;
    this.#size += 1;
    this.#put(this.#size);
  }

  #put(number: number): void {
    const [start, end] = [this.#startOf(number - 1), this.#ends[number - 1] as number];
    let place = this.#placeOf(this.#ids, start, end);
    while (this.#places[place] !== 0) place = (place + 1) & (this.#places.length - 1);
    this.#places[place] = number;
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] as number);
  }

  #isId(index: number, buffer: Buffer, start: number, end: number): boolean {
    const offset = this.#startOf(index);
    if ((this.#ends[index] as number) - offset !== end - start) return false;
    for (let at = start; at < end; at++) {
      if (buffer[at] !== this.#ids[offset + at - start]) return false;
    }
    return true;
  }

  /** FNV-1a, 32 bits. */
  #placeOf(buffer: Buffer, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) {
      hash = Math.imul(hash ^ (buffer[at] as number), 0x01000193);
    }
    return (hash ^ (hash >>> 15)) & (this.#places.length - 1);
  }

  #growNames(): void {
    const capacity = 2 * this.#ends.length;
    const [ends, dates] = [new Uint32Array(capacity), new Float64Array(capacity)];
    ends.set(this.#ends);
    dates.set(this.#dates);
    this.#ends = ends;
    this.#dates = dates;
    this.#places = placesFor(capacity);
    for (let number = 1; number <= this.#size; number++) this.#put(number);
  }
}

/** More than names, so that few are in the place of another: a power of two. */
function placesFor(names: number): Uint32Array {
  return new Uint32Array(2 ** Math.ceil(Math.log2(1.5 * names + 1)));
}

function idOf(entries: EntryRows, row: number): { buffer: Buffer; start: number; end: number } {
  const escaped = entries.escapedIdOf(row);
  if (escaped !== undefined) {
    const buffer = idBytes(escaped);
    return { buffer, start: 0, end: buffer.length };
  }
  return {
    buffer: entries.idBufferOf(row),
    start: entries.idStartOf(row),
    end: entries.idEndOf(row),
  };
}

/**
 * An id as bytes, the same for the same id only: UTF-8. Half a surrogate pair has
 * none, so an id with one is UTF-16 behind a byte that UTF-8 does not know.
 */
function idBytes(id: string): Buffer {
  return id.isWellFormed()
    ? Buffer.from(id)
    : Buffer.concat([Buffer.of(0xff), Buffer.from(id, "utf16le")]);
}
