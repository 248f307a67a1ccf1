import { decodeText } from "../archive/archive-object.ts";
import { entryName } from "../archive/entry-names.ts";
import type { ArchiveEntry } from "../archive/entry-rows.ts";
import { hourPrefix, parseObjectKey } from "../archive/object-key.ts";
import type { ArchiveStore } from "../ports.ts";
import { hourOf, SECONDS_PER_HOUR, type TimeRange } from "../time.ts";
import { digestOf } from "./digest-of.ts";
import { type ReadLine, readLines } from "./read-lines.ts";

/** An archived line, by which it is compared. */
export interface ComparedLine {
  /** {@link keyOf} its name, see {@link entryName}. */
  nameKey: string;
  /** {@link keyOf} its text. */
  textKey: string;
  /** `date_create`, epoch seconds. */
  second: number;
}

/** Lines of a stretch: some 16 MB, and 30 pages of a busy hour. */
const LINES_MAX = 300_000;
/** The window that is compared, and the next one, which is listed meanwhile. */
const STRETCHES_MAX = 2;
const KEY_BYTES = 16;

/**
 * 128 bits of the SHA-256 of a name or a text, a character a byte: no two
 * have the same, whoever made them, short of 2^64 attempts.
 */
export function keyOf(value: string | Uint8Array): string {
  return digestOf(value).toString("latin1", 0, KEY_BYTES);
}

/**
 * The archived lines of a day, to be compared with what Slack lists.
 *
 * Objects stand in the order of their first seconds, and any two may overlap:
 * to have the lines of a window in hand takes reading all that overlap it. So
 * a stretch of time is read at once, as long as has a bounded number of lines,
 * and used for all windows in it. Memory holds two stretches, not the hour; an
 * object is read once for each stretch that it overlaps. True as long as
 * nobody else writes, which the claim sees to.
 */
export class ArchivedLines {
  readonly #store: ArchiveStore;
  readonly #source: string;
  readonly #linesMax: number;
  #stretches: Stretch[] = [];

  /** @param linesMax - of a stretch; a single second may have more */
  constructor(store: ArchiveStore, source: string, linesMax = LINES_MAX) {
    this.#store = store;
    this.#source = source;
    this.#linesMax = linesMax;
  }

  /**
   * How far a window may go to have no more lines than these, or one second.
   *
   * @throws {ArchiveObjectError} when an object cannot be read
   */
  async cut({ from, until }: TimeRange, linesMax: number): Promise<TimeRange> {
    for (let position = from, lines = 0; position < until; ) {
      const stretch = this.#at(position) ?? (await this.#load({ from: position, until }));
      for (; position < Math.min(until, stretch.until); position++) {
        lines += stretch.linesAt(position);
        if (lines > linesMax) return { from, until: Math.max(position, from + 1) };
      }
    }
    return { from, until };
  }

  /**
   * The lines with a time in this range, ascending by second.
   *
   * @throws {ArchiveObjectError} when an object cannot be read
   */
  async *linesIn({ from, until }: TimeRange): AsyncGenerator<ComparedLine, void, void> {
    for (let position = from; position < until; ) {
      const stretch = this.#at(position) ?? (await this.#load({ from: position, until }));
      yield* stretch.linesIn({ from: position, until });
      position = stretch.until;
    }
  }

  /** Take note of what was just stored. */
  add(entries: Iterable<ArchiveEntry>): void {
    for (const stretch of this.#stretches) {
      for (const entry of entries) {
        if (stretch.has(entry.dateCreate)) {
          stretch.add(entry.dateCreate, keyOf(entryName(entry)), keyOf(entry.bytes));
        }
      }
    }
    // The next look at it reads on from there.
    this.#stretches = this.#stretches.filter(({ lines }) => lines <= this.#linesMax);
  }

  /** Read anew what is asked for next. */
  forget(): void {
    this.#stretches = [];
  }

  /**
   * @param isSought - whether the line with this key of its name is
   * @param max - how many to name
   * @returns ids with a time in this range, each once, the first ones in ascending order
   */
  async idsIn(
    range: TimeRange,
    isSought: (nameKey: string) => boolean,
    max: number,
  ): Promise<string[]> {
    let found = new Set<string>();
    for await (const lines of this.#objects(range)) {
      for (const { id, second } of lines) {
        if (second < range.from || second >= range.until) continue;
        if (isSought(keyOf(entryName({ id, dateCreate: second })))) found.add(id);
      }
      if (found.size > 2 * max) found = new Set([...found].sort().slice(0, max));
    }
    return [...found].sort().slice(0, max);
  }

  /** To the end of the hour that the window ends in, or as far as the number of lines allows. */
  async #load(window: TimeRange): Promise<Stretch> {
    const stretch = new Stretch(window.from, hourOf(window.until - 1) + SECONDS_PER_HOUR);
    for await (const lines of this.#objects(stretch)) {
      for (const { id, second, text } of lines) {
        if (stretch.has(second)) {
          stretch.add(second, keyOf(entryName({ id, dateCreate: second })), keyOf(text));
        }
      }
      if (stretch.lines > this.#linesMax) stretch.cut(this.#linesMax);
    }
    this.#stretches = [...this.#stretches, stretch].slice(-STRETCHES_MAX);
    return stretch;
  }

  #at(second: number): Stretch | undefined {
    return this.#stretches.findLast((stretch) => stretch.has(second));
  }

  /** @param range - of which the objects are read; its end may come down meanwhile */
  async *#objects(range: TimeRange): AsyncGenerator<Iterable<ReadLine>, void, void> {
    for (let hour = hourOf(range.from); hour < range.until; hour += SECONDS_PER_HOUR) {
      for await (const { key } of this.#store.list(hourPrefix(this.#source, hour))) {
        const name = parseObjectKey(key);
        if (name === undefined || name.maxDateCreate < range.from) continue;
        if (name.minDateCreate >= range.until) break; // so do all that follow
        yield readLines(key, await decodeText(key, await this.#store.get(key)));
      }
    }
  }
}

/** Lines of a range of time, 36 bytes each. */
class Stretch implements TimeRange {
  readonly from: number;
  #until: number;
  #lines = 0;
  #seconds = new Uint32Array(1024);
  #keys = Buffer.alloc(1024 * 2 * KEY_BYTES);
  /** Lines of each second. */
  readonly #counts: Uint32Array;
  /** Places of the lines, ascending by second, and where each second begins there; made when asked for. */
  #order: { places: Uint32Array; begins: Uint32Array } | undefined;

  constructor(from: number, until: number) {
    this.from = from;
    this.#until = until;
    this.#counts = new Uint32Array(until - from);
  }

  get until(): number {
    return this.#until;
  }

  get lines(): number {
    return this.#lines;
  }

  has(second: number): boolean {
    return second >= this.from && second < this.#until;
  }

  linesAt(second: number): number {
    return this.#counts[second - this.from] ?? 0;
  }

  add(second: number, nameKey: string, textKey: string): void {
    if (this.#lines === this.#seconds.length) this.#grow();
    const place = this.#lines;
    this.#seconds[place] = second - this.from;
    this.#keys.write(nameKey, 2 * KEY_BYTES * place, "latin1");
    this.#keys.write(textKey, 2 * KEY_BYTES * place + KEY_BYTES, "latin1");
    const at = Math.floor(second) - this.from;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#lines += 1;
    this.#order = undefined;
  }

  /** Forget the last seconds until no more lines are left than these, or one second. */
  cut(linesMax: number): void {
    let seconds = 1;
    for (let lines = this.#counts[0] ?? 0; seconds < this.#until - this.from; seconds++) {
      lines += this.#counts[seconds] ?? 0;
      if (lines > linesMax) break;
    }
    const width = 2 * KEY_BYTES;
    let kept = 0;
    for (let place = 0; place < this.#lines; place++) {
      const second = this.#seconds[place] ?? 0;
      if (second >= seconds) continue;
      this.#seconds[kept] = second;
      this.#keys.copyWithin(width * kept, width * place, width * (place + 1));
      kept += 1;
    }
    this.#lines = kept;
    this.#until = this.from + seconds;
    this.#counts.fill(0, seconds);
    this.#order = undefined;
  }

  *linesIn({ from, until }: TimeRange): Generator<ComparedLine, void, void> {
    this.#order ??= this.#sort();
    const { places, begins } = this.#order;
    const last = begins[Math.min(until, this.#until) - this.from];
    for (let at = begins[from - this.from] ?? 0; at < (last ?? 0); at++) {
      const place = places[at] ?? 0;
      const offset = 2 * KEY_BYTES * place;
      yield {
        nameKey: this.#keys.toString("latin1", offset, offset + KEY_BYTES),
        textKey: this.#keys.toString("latin1", offset + KEY_BYTES, offset + 2 * KEY_BYTES),
        second: this.from + (this.#seconds[place] ?? 0),
      };
    }
  }

  #sort() {
    const begins = new Uint32Array(this.#counts.length + 1);
    for (const [second, count] of this.#counts.entries()) {
      begins[second + 1] = (begins[second] ?? 0) + count;
    }
    const next = begins.slice();
    const places = new Uint32Array(this.#lines);
    for (let place = 0; place < this.#lines; place++) {
      const second = this.#seconds[place] ?? 0;
      const at = next[second] ?? 0;
      places[at] = place;
      next[second] = at + 1;
    }
    return { places, begins };
  }

  #grow(): void {
    const capacity = Math.ceil(1.5 * this.#seconds.length);
    const seconds = new Uint32Array(capacity);
    seconds.set(this.#seconds);
    this.#seconds = seconds;
    const keys = Buffer.alloc(capacity * 2 * KEY_BYTES);
    keys.set(this.#keys);
    this.#keys = keys;
  }
}
