import { GrowingBytes } from "./growing.ts";

const FIRST_PLACES = 1024;

/** So many are looked at for one text. Hardly so many have one hash, unless somebody chose them. */
const PROBES_MAX = 64;

/** Of a place: the number of its text and one, or nothing; the text's hash; where it starts. */
const FIELDS = 3;
const NUMBER = 0;
const HASH = 1;
const START = 2;

/**
 * Different texts, numbered in the order in which they came: UTF-8, which is compared byte by byte.
 * A text beyond too many of one hash is numbered each time that it comes.
 */
export class TextDictionary {
  /** As Parquet has them. */
  readonly bytes = new GrowingBytes();
  size = 0;
  #taken = 0;
  /** Where hashes lead, or behind; a power of two, at most half of them taken. */
  #places = new Uint32Array(FIRST_PLACES * FIELDS);
  #mask = FIRST_PLACES - 1;

  /** @param end - excluded */
  numberOf(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end);
    const places = this.#places;
    let place = (hash & this.#mask) * FIELDS;
    let probes = 0;
    for (; probes < PROBES_MAX; probes++) {
      const number = places[place + NUMBER] as number;
      if (number === 0) break;
      const isSame =
        places[place + HASH] === hash &&
        this.bytes.isAt(places[place + START] as number, source, start, end);
      if (isSame) return number - 1;
      place = place + FIELDS === places.length ? 0 : place + FIELDS;
    }
    this.size += 1;
    if (probes < PROBES_MAX) {
      places[place + NUMBER] = this.size;
      places[place + HASH] = hash;
      places[place + START] = this.bytes.length;
      this.#taken += 1;
    }
    this.bytes.addBytes(source, start, end);
    if (2 * this.#taken > this.#mask) this.#spread();
    return this.size - 1;
  }

  clear(): void {
    this.bytes.clear();
    this.size = 0;
    this.#taken = 0;
    this.#places.fill(0);
  }

  #spread(): void {
    const places = this.#places;
    const wider = new Uint32Array(2 * places.length);
    this.#mask = 2 * this.#mask + 1;
    for (let from = 0; from < places.length; from += FIELDS) {
      if (places[from + NUMBER] === 0) continue;
      let to = ((places[from + HASH] as number) & this.#mask) * FIELDS;
      while (wider[to + NUMBER] !== 0) to = to + FIELDS === wider.length ? 0 : to + FIELDS;
      for (let field = 0; field < FIELDS; field++)
        wider[to + field] = places[from + field] as number;
    }
    this.#places = wider;
  }
}

/** FNV-1a, whose low bits are mixed once more. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
