import { asBytes, BYTE_ENCODING } from "../byte-text.ts";

const FIRST_LENGTH = 1024;

const LENGTH_BYTES = 4;
const BYTE_MAX = 0xff;
const SHORT_LENGTH = 48;

type Numbers = Uint8Array | Uint32Array;

/** As many numbers as come, in a typed array. */
export class GrowingNumbers<T extends Numbers> {
  readonly #type: new (
    length: number,
  ) => T;
  #numbers: T;
  length = 0;

  constructor(type: new (length: number) => T) {
    this.#type = type;
    this.#numbers = new type(FIRST_LENGTH);
  }

  add(number: number): void {
    if (this.length === this.#numbers.length) this.#grow(this.length * 2);
    this.#numbers[this.length] = number;
    this.length += 1;
  }

  addZeros(count: number): void {
    const end = this.length + count;
    if (end > this.#numbers.length) this.#grow(end * 2);
    this.#numbers.fill(0, this.length, end);
    this.length = end;
  }

  #grow(length: number): void {
    const longer = new this.#type(length);
    longer.set(this.#numbers);
    this.#numbers = longer;
  }

  /** A view, until the next number is added. */
  slice(from = 0, to = this.length): T {
    return this.#numbers.subarray(from, to) as T;
  }

  clear(): void {
    this.length = 0;
  }
}

/** Texts as Parquet has them: the length in bytes, and UTF-8. */
export class GrowingBytes {
  #bytes = Buffer.allocUnsafe(FIRST_LENGTH);
  length = 0;

  /** @param text - a byte text; a surrogate by itself becomes U+FFFD */
  addText(text: string): void {
    if (!this.#addBytes(text)) this.#addBytes(asBytes(text));
  }

  /** @returns whether all of it are bytes */
  #addBytes(text: string): boolean {
    const start = this.length + LENGTH_BYTES;
    const end = start + text.length;
    if (end > this.#bytes.length) {
      const longer = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(longer, 0, 0, this.length);
      this.#bytes = longer;
    }
    if (text.length <= SHORT_LENGTH) {
      // Byte by byte: to call Buffer takes longer than a short text.
      const bytes = this.#bytes;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code > BYTE_MAX) return false;
        bytes[start + at] = code;
      }
    } else {
      if (!text.isWellFormed()) return false;
      this.#bytes.write(text, start, BYTE_ENCODING);
    }
    this.#bytes.writeUInt32LE(text.length, this.length);
    this.length = end;
    return true;
  }

  /** A view, until the next text is added. */
  slice(from = 0, to = this.length): Uint8Array {
    return this.#bytes.subarray(from, to);
  }

  clear(): void {
    this.length = 0;
  }
}
