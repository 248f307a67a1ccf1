import { ArchiveObjectError, measureText } from "../archive/archive-object.ts";
import type { EntryRows } from "../archive/entry-rows.ts";
import { parseObjectKey } from "../archive/object-key.ts";
import { hashIds } from "./id-hashes.ts";

/** Of the lines of an object, epoch seconds, both included. */
export interface LineTimes {
  minDateCreate: number;
  maxDateCreate: number;
}

/** What an object holds, as a manifest says it. */
export interface ObjectContents extends LineTimes {
  lines: number;
  /** The one that its key is to have. */
  hash: string;
  /** See {@link hashIds}. */
  idHashes: BigUint64Array;
}

/** @param text - of the lines */
export function describeLines(lines: EntryRows, text: Buffer): ObjectContents {
  return { ...measureText(text), ...timesOf(lines), idHashes: hashIds(lines) };
}

export function timesOf(lines: EntryRows): LineTimes {
  let [minDateCreate, maxDateCreate] = [Number.POSITIVE_INFINITY, 0];
  for (let row = 0; row < lines.rows; row++) {
    const second = lines.dateCreateOf(row);
    minDateCreate = Math.min(minDateCreate, second);
    maxDateCreate = Math.max(maxDateCreate, second);
  }
  return { minDateCreate, maxDateCreate };
}

/**
 * Check that the name of an object gives its lines the times that they have: runs and seals find a
 * line by it.
 *
 * @throws {ArchiveObjectError} when it does not
 */
export function checkTimes(key: string, times: LineTimes): void {
  const problem = problemOfTimes(key, times);
  if (problem !== undefined) throw new ArchiveObjectError(key, problem);
}

/** @returns nothing when the name says these times */
export function problemOfTimes(key: string, times: LineTimes): string | undefined {
  const name = parseObjectKey(key);
  const { minDateCreate: min, maxDateCreate: max } = times;
  return name === undefined || (name.minDateCreate === min && name.maxDateCreate === max)
    ? undefined
    : `its name gives its lines the times ${name.minDateCreate} to ${name.maxDateCreate}, and they have ${min} to ${max}`;
}

/**
 * Contents of objects that were read to be compared, until their hour is described: to take an object
 * apart once more costs as much as to compare it. They are known by the SHA-256 of what is stored, so
 * that they are those of the very bytes that a manifest names.
 */
export class KnownContents {
  readonly #bySha256 = new Map<string, ObjectContents>();

  /** @param describe - is asked when they are not known yet */
  of(sha256: string, describe: () => ObjectContents): ObjectContents {
    const contents = this.#bySha256.get(sha256) ?? describe();
    this.#bySha256.set(sha256, contents);
    return contents;
  }

  /** They are forgotten with it. */
  take(sha256: string): ObjectContents | undefined {
    const contents = this.#bySha256.get(sha256);
    this.#bySha256.delete(sha256);
    return contents;
  }
}
