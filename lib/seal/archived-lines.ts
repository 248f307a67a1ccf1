import type { EntryRows, NameRows } from "../archive/entry-rows.ts";
import { idTextOf } from "../archive/name-list.ts";
import { hourPrefix, parseObjectKey } from "../archive/object-key.ts";
import type { ArchiveStore } from "../ports.ts";
import { hourOf, SECONDS_PER_HOUR, type TimeRange } from "../time.ts";
import { hashOf } from "./manifest.ts";
import { checkTimes, describeLines, type KnownContents } from "./object-contents.ts";
import { withLinesOf } from "./read-lines.ts";
import { Stretch } from "./stretch.ts";

/** Archived lines, by which they are compared. */
export interface ComparedLines {
  stretch: Stretch;
  /** Those of the stretch that are meant, ascending by second. */
  rows: Uint32Array;
}

/** Lines of a stretch: some 18 MB, and 20 pages of a busy hour. */
const LINES_MAX = 200_000;
/** The window that is compared, and the next one, which is listed meanwhile. */
const STRETCHES_MAX = 2;

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
  readonly #contents: KnownContents;
  readonly #linesMax: number;
  #stretches: Stretch[] = [];

  /**
   * @param contents - takes those of the objects that are read
   * @param linesMax - of a stretch; a single second may have more
   */
  constructor(store: ArchiveStore, source: string, contents: KnownContents, linesMax = LINES_MAX) {
    this.#store = store;
    this.#source = source;
    this.#contents = contents;
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
  async *linesIn({ from, until }: TimeRange): AsyncGenerator<ComparedLines, void, void> {
    for (let position = from; position < until; ) {
      const stretch = this.#at(position) ?? (await this.#load({ from: position, until }));
      yield { stretch, rows: stretch.rowsIn({ from: position, until }) };
      position = stretch.until;
    }
  }

  /** Take note of rows that were just stored. */
  add(entries: EntryRows, rows: readonly number[]): void {
    for (const stretch of this.#stretches) {
      for (const row of rows) {
        if (stretch.has(entries.dateCreateOf(row))) stretch.add(entries, row, entries.textOf(row));
      }
    }
    // The next look at it reads on from there.
    this.#stretches = this.#stretches.filter(({ lines }) => lines <= this.#linesMax);
  }

  /** Nothing is known of what this window lists. */
  beginWindow(): void {
    for (const stretch of this.#stretches) stretch.forgetListed();
  }

  /** Read anew what is asked for next. */
  forget(): void {
    this.#stretches = [];
  }

  /**
   * @param isSought - whether the line in this row is
   * @param max - how many to name
   * @returns ids with a time in this range, each once, the first ones in ascending order
   */
  async idsIn(
    range: TimeRange,
    isSought: (lines: NameRows, row: number) => boolean,
    max: number,
  ): Promise<string[]> {
    let found = new Set<string>();
    await this.#read(range, (lines) => {
      for (let row = 0; row < lines.rows; row++) {
        const second = lines.dateCreateOf(row);
        const isInside = second >= range.from && second < range.until;
        if (isInside && isSought(lines, row)) found.add(idTextOf(lines, row));
      }
      if (found.size > 2 * max) found = new Set([...found].sort().slice(0, max));
    });
    return [...found].sort().slice(0, max);
  }

  /** To the end of the hour that the window ends in, or as far as the number of lines allows. */
  async #load(window: TimeRange): Promise<Stretch> {
    const stretch = new Stretch(window.from, hourOf(window.until - 1) + SECONDS_PER_HOUR);
    await this.#read(stretch, (lines) => {
      for (let row = 0; row < lines.rows; row++) {
        if (stretch.has(lines.dateCreateOf(row))) stretch.add(lines, row, lines.textOf(row));
      }
      if (stretch.lines > this.#linesMax) stretch.cut(this.#linesMax);
    });
    this.#stretches = [...this.#stretches, stretch].slice(-STRETCHES_MAX);
    return stretch;
  }

  #at(second: number): Stretch | undefined {
    return this.#stretches.findLast((stretch) => stretch.has(second));
  }

  /** @param range - of which the objects are read; its end may come down meanwhile */
  async #read(range: TimeRange, use: (lines: EntryRows) => void): Promise<void> {
    for (let hour = hourOf(range.from); hour < range.until; hour += SECONDS_PER_HOUR) {
      for await (const { key } of this.#store.list(hourPrefix(this.#source, hour))) {
        const name = parseObjectKey(key);
        if (name === undefined || name.maxDateCreate < range.from) continue;
        if (name.minDateCreate >= range.until) break; // so do all that follow
        const body = await this.#store.get(key);
        const sha256 = hashOf(body);
        await withLinesOf(key, body, (lines, text) => {
          checkTimes(
            key,
            this.#contents.of(sha256, () => describeLines(lines, text)),
          );
          use(lines);
        });
      }
    }
  }
}
