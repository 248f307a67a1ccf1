const START = '{"entries":[';

/** No UTF-16 unit takes more bytes in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/**
 * A page's bytes, written entry by entry: joining the texts first would make one
 * string with two bytes for each character as soon as one name needs them.
 */
export class PageBody {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  #entries = 0;

  constructor() {
    this.#append(START);
  }

  get entries(): number {
    return this.#entries;
  }

  /** @param text - JSON */
  add(text: string): void {
    this.#append(this.#entries === 0 ? text : `,${text}`);
    this.#entries += 1;
  }

  /**
   * The whole body.
   *
   * @param fields - what follows the entries: empty, or `,"name":value`
   */
  end(fields: string): Buffer {
    this.#append(`]${fields}}`);
    return this.#bytes.subarray(0, this.#length);
  }

  #append(text: string): void {
    const needed = this.#length + text.length * MAX_BYTES_PER_UNIT;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(text, this.#length);
  }
}

/** The same page with one more element in front. */
export function withEntry(body: Buffer, text: string): Buffer {
  const isEmpty = body[START.length] === "]".charCodeAt(0);
  return Buffer.concat([
    body.subarray(0, START.length),
    Buffer.from(isEmpty ? text : `${text},`),
    body.subarray(START.length),
  ]);
}
