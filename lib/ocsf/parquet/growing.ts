import { copyBytes } from "../copy-bytes.ts";

const FIRST_LENGTH = 1024;

const LENGTH_BYTES = 4;

type Numbers = Uint8Array | Uint32Array;

/** As many numbers as come, in a typed array; those that are alike, one after the other, are written together. */
export class GrowingNumbers<T extends Numbers> {
  readonly #type: new (
    length: number,
  ) => T;
  #numbers: T;
  /** Of the numbers: the rest are like the last. */
  #written = 0;
  #last = 0;
  length = 0;

  constructor(type: new (length: number) => T) {
    this.#type = type;
    this.#numbers = new type(FIRST_LENGTH);
  }

  add(number: number, times = 1): void {
    if (number !== this.#last) this.#begin(number);
    this.length += times;
  }

  get last(): number {
    return this.#last;
  }

  /** Write those before a number that is another. */
  #begin(number: number): void {
    this.#write();
    this.#last = number;
  }

  #write(): void {
    if (this.length > this.#numbers.length) {
      const longer = new this.#type(2 * this.length);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    for (let at = this.#written; at < this.length; at++) this.#numbers[at] = this.#last;
    this.#written = this.length;
  }

  /** A view, until the next number is added. */
  slice(from = 0, to = this.length): T {
    this.#write();
    return this.#numbers.subarray(from, to) as T;
  }

  clear(): void {
    this.length = 0;
    this.#written = 0;
  }
}

/** Texts as Parquet has them: the length in bytes, and UTF-8. */
export class GrowingBytes {
  #bytes = Buffer.allocUnsafe(FIRST_LENGTH);
  length = 0;

  /**
   * @param source - with UTF-8 from `start` to `end`, which is excluded
   */
  addBytes(source: Uint8Array, start: number, end: number): void {
    const bytes = this.#reserve(end - start);
    copyBytes(source, start, end, bytes, this.length - (end - start));
  }

  /** Whether the text that starts there is that of the source. */
  isAt(textStart: number, source: Uint8Array, start: number, end: number): boolean {
    const bytes = this.#bytes;
    if (bytes.readUInt32LE(textStart) !== end - start) return false;
    const from = textStart + LENGTH_BYTES;
    for (let at = start; at < end; at++) {
      if (bytes[from + at - start] !== source[at]) return false;
    }
    return true;
  }

  /** Write a length, and make room for so many bytes, which end at the new length. */
  #reserve(length: number): Buffer {
    const end = this.length + LENGTH_BYTES + length;
    if (end > this.#bytes.length) {
      const longer = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(longer, 0, 0, this.length);
      this.#bytes = longer;
    }
    this.#bytes.writeUInt32LE(length, this.length);
    this.length = end;
    return this.#bytes;
  }

  /** A view, until the next text is added. */
  slice(from = 0, to = this.length): Uint8Array {
    return this.#bytes.subarray(from, to);
  }

  clear(): void {
    this.length = 0;
  }
}
