import { hash } from "node:crypto";
import { idOf, idTextOf } from "../archive/name-list.ts";
import { hashIds, type LineNames } from "./id-hashes.ts";

/**
 * Finds the ids that stand in more than one line.
 *
 * Memory holds eight bytes of each: a hash. Where one repeats, all ids are read again, and eight
 * bytes of their SHA-256 decide: both repeat of a repeated id only.
 */
export class RepeatedIds {
  readonly #hashes = new Numbers();

  /** @param hashes - of the ids of an object, see {@link hashIds} */
  add(hashes: BigUint64Array): void {
    this.#hashes.add(hashes);
  }

  /**
   * Once, when all are added.
   *
   * @param read - hands over all of them again, object by object; called up to twice
   * @param max - how many to name
   * @returns the number of lines whose id is in an earlier line, too; the first of these ids, ascending
   */
  async find(
    read: (use: (lines: LineNames) => void) => Promise<void>,
    max: number,
  ): Promise<{ lines: number; ids: string[] }> {
    const repeated = this.#hashes.repeated();
    if (repeated.length === 0) return { lines: 0, ids: [] };
    const digests = new Numbers();
    await read((lines) => {
      const rows = rowsIn(repeated, lines);
      digests.add(BigUint64Array.from(rows, (row) => digestOf(lines, row)));
    });
    const both = digests.repeated();
    if (both.length === 0) return { lines: 0, ids: [] };
    let ids = new Set<string>();
    await read((lines) => {
      for (const row of rowsIn(repeated, lines)) {
        if (includes(both, digestOf(lines, row))) ids.add(idTextOf(lines, row));
        if (ids.size > 2 * max) ids = firstOf(ids, max);
      }
    });
    return { lines: both.length, ids: [...firstOf(ids, max)] };
  }
}

function firstOf(ids: ReadonlySet<string>, max: number): Set<string> {
  return new Set([...ids].sort().slice(0, max));
}

/** The rows whose id has one of these hashes. */
function rowsIn(hashes: BigUint64Array, lines: LineNames): number[] {
  const rows: number[] = [];
  for (const [row, hash] of hashIds(lines).entries()) {
    if (includes(hashes, hash)) rows.push(row);
  }
  return rows;
}

function digestOf(lines: LineNames, row: number): bigint {
  const { buffer, start, end } = idOf(lines, row);
  return hash("sha256", buffer.subarray(start, end), "buffer").readBigUInt64LE();
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
class Numbers {
  #numbers = new BigUint64Array(1024);
  #length = 0;

  add(numbers: BigUint64Array): void {
    const length = this.#length + numbers.length;
    if (length > this.#numbers.length) {
      const capacity = Math.max(length, Math.ceil(1.5 * this.#numbers.length));
      this.#numbers = new BigUint64Array(
        this.#numbers.buffer.transfer(capacity * BigUint64Array.BYTES_PER_ELEMENT),
      );
    }
    this.#numbers.set(numbers, this.#length);
    this.#length = length;
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
