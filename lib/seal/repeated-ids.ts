import { digestOf } from "./digest-of.ts";

/**
 * Finds the ids that stand in more than one line.
 *
 * Memory holds eight bytes of each: the first half of its hash. Where a half
 * repeats, all ids are read again, and the other halves decide: both repeat of
 * a repeated id only.
 */
export class RepeatedIds {
  readonly #firstHalves = new Halves();

  add(id: string): void {
    this.#firstHalves.add(halvesOf(id).first);
  }

  /**
   * Once, when all are added.
   *
   * @param read - reads all of them again; called up to twice
   * @param max - how many to name
   * @returns the number of lines whose id is in an earlier line, too; the first of these ids, ascending
   */
  async find(
    read: () => AsyncIterable<string>,
    max: number,
  ): Promise<{ lines: number; ids: string[] }> {
    const repeated = this.#firstHalves.repeated();
    if (repeated.length === 0) return { lines: 0, ids: [] };
    const secondHalves = new Halves();
    for await (const id of read()) {
      const { first, second } = halvesOf(id);
      if (includes(repeated, first)) secondHalves.add(second);
    }
    const both = secondHalves.repeated();
    if (both.length === 0) return { lines: 0, ids: [] };
    let ids = new Set<string>();
    for await (const id of read()) {
      const { first, second } = halvesOf(id);
      if (!includes(repeated, first) || !includes(both, second)) continue;
      ids.add(id);
      if (ids.size > 2 * max) ids = firstOf(ids, max);
    }
    return { lines: both.length, ids: [...firstOf(ids, max)] };
  }
}

function firstOf(ids: ReadonlySet<string>, max: number): Set<string> {
  return new Set([...ids].sort().slice(0, max));
}

function halvesOf(id: string): { first: bigint; second: bigint } {
  const bytes = digestOf(id);
  return { first: bytes.readBigUInt64LE(0), second: bytes.readBigUInt64LE(8) };
}

/** @param sorted - ascending */
function includes(sorted: BigUint64Array, sought: bigint): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0n) < sought) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === sought;
}

/** A list of 64-bit numbers that grows. */
class Halves {
  #numbers = new BigUint64Array(1024);
  #length = 0;

  add(number: bigint): void {
    if (this.#length === this.#numbers.length) {
      const capacity = Math.ceil(1.5 * this.#length);
      this.#numbers = new BigUint64Array(
        this.#numbers.buffer.transfer(capacity * BigUint64Array.BYTES_PER_ELEMENT),
      );
    }
    this.#numbers[this.#length] = number;
    this.#length += 1;
  }

  /**
   * Call it once, at the end: it uses the same memory.
   *
   * @returns each number once for every time that it stands here after the first; ascending
   */
  repeated(): BigUint64Array {
    const sorted = this.#numbers.subarray(0, this.#length).sort();
    let kept = 0;
    let previous: bigint | undefined;
    for (const number of sorted) {
      if (number === previous) {
        sorted[kept] = number;
        kept += 1;
      }
      previous = number;
    }
    return sorted.subarray(0, kept);
  }
}
