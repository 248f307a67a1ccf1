import type { NameRows } from "./entry-rows.ts";

/** Of Slack's ids. */
const ID_BYTES = 36;

/**
 * An entry is known by its id and its time (docs/adr/0016-id-and-time.md): a line
 * that gives an id another time than Slack does, as an import may bring it, is another.
 */
export interface EntryName {
  id: string;
  /** Epoch seconds. */
  dateCreate: number;
}

/**
 * Names, a row each, in the order in which they were added. Takes a tenth of the memory of as many
 * strings, and gives the garbage collector nothing to do.
 */
export class NameList implements NameRows {
  /** The ids, one after another, and where each ends. */
  #ids: Buffer;
  #ends: Uint32Array;
  #dates: Float64Array;
  #size = 0;

  /** @param names - how many to expect */
  constructor(names = 0) {
    const capacity = Math.max(1, names);
    this.#ids = Buffer.allocUnsafeSlow(ID_BYTES * capacity);
    this.#ends = new Uint32Array(capacity);
    this.#dates = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  dateCreateOf(row: number): number {
    return this.#dates[row] as number;
  }

  /** The bytes say it all, see {@link idOf}. */
  escapedIdOf(): undefined {
    return undefined;
  }

  idBufferOf(): Buffer {
    return this.#ids;
  }

  idStartOf(row: number): number {
    return row === 0 ? 0 : (this.#ends[row - 1] as number);
  }

  idEndOf(row: number): number {
    return this.#ends[row] as number;
  }

  /** Whether the id in this row has these bytes. */
  isId(row: number, buffer: Buffer, start: number, end: number): boolean {
    const offset = this.idStartOf(row);
    if ((this.#ends[row] as number) - offset !== end - start) return false;
    for (let at = start; at < end; at++) {
      if (buffer[at] !== this.#ids[offset + at - start]) return false;
    }
    return true;
  }

  add(entries: NameRows, row: number): void {
    const { buffer, start, end } = idOf(entries, row);
    this.#add(buffer, start, end, entries.dateCreateOf(row));
  }

  addName({ id, dateCreate }: EntryName): void {
    const bytes = idBytes(id);
    this.#add(bytes, 0, bytes.length, dateCreate);
  }

  /** @param isKept - is asked of each row, in their order */
  retain(isKept: (row: number) => boolean): void {
    const size = this.#size;
    this.#size = 0;
    for (let row = 0, start = 0; row < size; row++) {
      const end = this.#ends[row] as number;
      // What is added lies before this row, or is this row.
      if (isKept(row)) this.#add(this.#ids, start, end, this.#dates[row] as number);
      start = end;
    }
  }

  clear(): void {
    this.#size = 0;
  }

  #add(buffer: Buffer, start: number, end: number, dateCreate: number): void {
    const row = this.#size;
    if (row === this.#ends.length) this.#grow();
    const idStart = this.idStartOf(row);
    const idEnd = idStart + end - start;
    while (idEnd > this.#ids.length) this.#ids = Buffer.concat([this.#ids, this.#ids]);
    buffer.copy(this.#ids, idStart, start, end);
    this.#ends[row] = idEnd;
    this.#dates[row] = dateCreate;
    this.#size += 1;
  }

  #grow(): void {
    const capacity = 2 * this.#ends.length;
    const [ends, dates] = [new Uint32Array(capacity), new Float64Array(capacity)];
    ends.set(this.#ends);
    dates.set(this.#dates);
    this.#ends = ends;
    this.#dates = dates;
  }
}

/** The bytes by which an entry's id is known, the same for the same id only: see {@link idBytes}. */
export function idOf(
  entries: NameRows,
  row: number,
): { buffer: Buffer; start: number; end: number } {
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

/** The id of an entry that is not in a list of names, as a string. */
export function idTextOf(entries: NameRows, row: number): string {
  return (
    entries.escapedIdOf(row) ??
    entries.idBufferOf(row).toString("utf8", entries.idStartOf(row), entries.idEndOf(row))
  );
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
