import type { EntrySource, WireEntry } from "./entries.ts";

/** Entries that a test gives one by one. */
export class EntryList implements EntrySource {
  readonly #bySecond = new Map<number, WireEntry[]>();
  readonly #textById = new Map<string, string>();
  /** Ascending; absent after an entry in a new second, until the next listing. */
  #seconds: number[] | undefined;

  /**
   * Make entries visible from now on, whatever their time: an entry whose
   * `dateCreate` was listed before is late.
   *
   * @throws {Error} if an id belongs to an entry with another text; an entry that is added twice is listed twice
   */
  add(entries: Iterable<WireEntry>): void {
    for (const entry of entries) {
      if (entry.id !== undefined) {
        if ((this.#textById.get(entry.id) ?? entry.text) !== entry.text) {
          throw new Error(`two different entries have the id ${entry.id}`);
        }
        this.#textById.set(entry.id, entry.text);
      }
      const second = this.#bySecond.get(entry.dateCreate);
      if (second === undefined) {
        this.#bySecond.set(entry.dateCreate, [entry]);
        this.#seconds = undefined;
      } else {
        second.push(entry);
      }
    }
  }

  *newestFirst(oldest: number, latest: number, now: number): Generator<WireEntry> {
    this.#seconds ??= [...this.#bySecond.keys()].sort((a, b) => a - b);
    const seconds = this.#seconds;
    const top = Math.min(latest, now);
    for (let i = countUpTo(seconds, top) - 1; i >= 0; i--) {
      const second = seconds[i];
      if (second === undefined || second < oldest) {
        return;
      }
      yield* (this.#bySecond.get(second) ?? []).toReversed();
    }
  }
}

/** How many of the ascending numbers are at most `bound`. */
function countUpTo(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Number.POSITIVE_INFINITY) <= bound) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
