import type { TimeRange } from "../time.ts";
import type { NameRows } from "./entry-rows.ts";
import { type EntryName, idOf, NameList } from "./name-list.ts";

/**
 * A set of names: a hash table over the ids' bytes.
 *
 * Names have numbers, from 1, in the order in which they were added. One may be added twice.
 */
export class EntryNames {
  readonly #names: NameList;
  /** Number of a name, at the place that the hash of its id says, or at the next free one. */
  #places: Uint32Array;
  /** Where the last search ended that found nothing: a free place. */
  #searched = 0;

  /** @param names - how many to expect */
  constructor(names = 0) {
    this.#names = new NameList(names);
    this.#places = placesFor(Math.max(1, names));
  }

  get size(): number {
    return this.#names.size;
  }

  /** Begin anew, in the same memory. */
  clear(): void {
    this.#names.clear();
    this.#places.fill(0);
  }

  add(entries: NameRows, row: number): void {
    this.#names.add(entries, row);
    this.#putLast();
  }

  /** @returns whether the name was not here: only then it is added */
  addOnce(entries: NameRows, row: number): boolean {
    if (this.has(entries, row)) return false;
    this.#names.add(entries, row);
    // The search has ended at the place that the name is to have.
    if (this.#hasRoom()) this.#places[this.#searched] = this.size;
    else this.#makeRoom();
    return true;
  }

  addName(name: EntryName): void {
    this.#names.addName(name);
    this.#putLast();
  }

  /** Whether the entry's id is here, with its time. */
  has(entries: NameRows, row: number): boolean {
    return this.numberOf(entries, row) > 0;
  }

  /** Whether the entry's id is here, whatever its time. */
  hasId(entries: NameRows, row: number): boolean {
    return this.#find(entries, row, undefined, 0) > 0;
  }

  /**
   * The number of the entry's name; 0 when it is not here.
   *
   * @param after - the number that was found last, to find the next one of the same name
   */
  numberOf(entries: NameRows, row: number, after = 0): number {
    return this.#find(entries, row, entries.dateCreateOf(row), after);
  }

  /** How many have a time of this range. */
  countIn({ from, until }: TimeRange): number {
    let count = 0;
    for (let row = 0; row < this.size; row++) {
      const date = this.#names.dateCreateOf(row);
      if (date >= from && date < until) count += 1;
    }
    return count;
  }

  #find(entries: NameRows, row: number, dateCreate: number | undefined, after: number): number {
    const { buffer, start, end } = idOf(entries, row);
    let place = this.#placeOf(buffer, start, end);
    for (;;) {
      // Those of one id stand in ascending order.
      const number = this.#places[place] as number;
      if (number === 0) {
        this.#searched = place;
        return 0;
      }
      const isDate =
        dateCreate === undefined || this.#names.dateCreateOf(number - 1) === dateCreate;
      if (number > after && isDate && this.#names.isId(number - 1, buffer, start, end)) {
        return number;
      }
      place = (place + 1) & (this.#places.length - 1);
    }
  }

  #putLast(): void {
    if (this.#hasRoom()) this.#put(this.size);
    else this.#makeRoom();
  }

  #hasRoom(): boolean {
    return 1.25 * this.size < this.#places.length;
  }

  #makeRoom(): void {
    this.#places = placesFor(2 * this.size);
    for (let number = 1; number <= this.size; number++) this.#put(number);
  }

  #put(number: number): void {
    const { buffer, start, end } = idOf(this.#names, number - 1);
    let place = this.#placeOf(buffer, start, end);
    while (this.#places[place] !== 0) place = (place + 1) & (this.#places.length - 1);
    this.#places[place] = number;
  }

  /** FNV-1a, 32 bits. */
  #placeOf(buffer: Buffer, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) {
      hash = Math.imul(hash ^ (buffer[at] as number), 0x01000193);
    }
    return (hash ^ (hash >>> 15)) & (this.#places.length - 1);
  }
}

/** More than names, so that few are in the place of another: a power of two. */
function placesFor(names: number): Uint32Array {
  return new Uint32Array(2 ** Math.ceil(Math.log2(1.5 * names + 1)));
}
