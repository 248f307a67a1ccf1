import type { NameRows } from "../archive/entry-rows.ts";
import { NameList } from "../archive/name-list.ts";
import type { TimeRange } from "../time.ts";
import { DIGEST_BYTES, digestText } from "./digest-text.ts";

/** Archived lines of a range of time, a row each: name and digest of the text, some 90 bytes. */
export class Stretch implements TimeRange {
  readonly from: number;
  readonly names = new NameList();
  #until: number;
  #digests = Buffer.allocUnsafeSlow(1024 * DIGEST_BYTES);
  /** By row, 1 for lines that the window is known to list. */
  #listed = new Uint8Array(1024);
  /** Lines of each second. */
  readonly #counts: Uint32Array;
  /** The rows, ascending by second, and where each second begins there; made when asked for. */
  #order: { rows: Uint32Array; begins: Uint32Array } | undefined;

  constructor(from: number, until: number) {
    this.from = from;
    this.#until = until;
    this.#counts = new Uint32Array(until - from);
  }

  get until(): number {
    return this.#until;
  }

  get lines(): number {
    return this.names.size;
  }

  has(second: number): boolean {
    return second >= this.from && second < this.#until;
  }

  linesAt(second: number): number {
    return this.#counts[second - this.from] ?? 0;
  }

  /** @param digest - as {@link digestText} gives it */
  hasText(row: number, digest: string): boolean {
    const start = row * DIGEST_BYTES;
    for (let at = 0; at < DIGEST_BYTES; at++) {
      if (this.#digests[start + at] !== digest.charCodeAt(at)) return false;
    }
    return true;
  }

  noteListed(row: number): void {
    this.#listed[row] = 1;
  }

  /** Whether it was noted that the window lists this line. */
  isListed(row: number): boolean {
    return this.#listed[row] === 1;
  }

  /** Another window begins. */
  forgetListed(): void {
    this.#listed.fill(0);
  }

  /** @param text - of the entry in that row */
  add(entries: NameRows, row: number, text: Uint8Array): void {
    const start = this.lines * DIGEST_BYTES;
    if (start === this.#digests.length) {
      const capacity = Math.ceil(1.5 * this.lines);
      const digests = Buffer.allocUnsafeSlow(capacity * DIGEST_BYTES);
      digests.set(this.#digests);
      this.#digests = digests;
      const listed = new Uint8Array(capacity);
      listed.set(this.#listed);
      this.#listed = listed;
    }
    this.#digests.write(digestText(text), start, DIGEST_BYTES, "latin1");
    this.names.add(entries, row);
    const second = this.#secondOf(this.lines - 1);
    this.#counts[second] = (this.#counts[second] as number) + 1;
    this.#order = undefined;
  }

  /** Forget the last seconds until no more lines are left than these, or one second; before any is noted. */
  cut(linesMax: number): void {
    let seconds = 1;
    for (let lines = this.#counts[0] ?? 0; seconds < this.#until - this.from; seconds++) {
      lines += this.#counts[seconds] ?? 0;
      if (lines > linesMax) break;
    }
    this.#until = this.from + seconds;
    this.#counts.fill(0, seconds);
    this.#order = undefined;
    let kept = 0;
    this.names.retain((row) => {
      if (!this.has(this.names.dateCreateOf(row))) return false;
      const start = row * DIGEST_BYTES;
      this.#digests.copyWithin(kept * DIGEST_BYTES, start, start + DIGEST_BYTES);
      kept += 1;
      return true;
    });
  }

  /** The rows with a time in this range, ascending by second. */
  rowsIn({ from, until }: TimeRange): Uint32Array {
    this.#order ??= this.#sort();
    const { rows, begins } = this.#order;
    const end = Math.min(until, this.#until);
    return rows.subarray(begins[from - this.from], begins[end - this.from]);
  }

  #sort() {
    const begins = new Uint32Array(this.#counts.length + 1);
    for (let second = 0; second < this.#counts.length; second++) {
      begins[second + 1] = (begins[second] as number) + (this.#counts[second] as number);
    }
    const next = begins.slice();
    const rows = new Uint32Array(this.lines);
    for (let row = 0; row < this.lines; row++) {
      const second = this.#secondOf(row);
      const at = next[second] as number;
      rows[at] = row;
      next[second] = at + 1;
    }
    return { rows, begins };
  }

  /** From the beginning; a line that the archive was given may have a time between two. */
  #secondOf(row: number): number {
    return Math.floor(this.names.dateCreateOf(row)) - this.from;
  }
}
