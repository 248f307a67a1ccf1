import { measureText } from "../archive/archive-object.ts";
import type { EntryRows } from "../archive/entry-rows.ts";
import { hashIds } from "./id-hashes.ts";

/** What an object holds, as a manifest says it. */
export interface ObjectContents {
  lines: number;
  /** The one that its key is to have. */
  hash: string;
  /** Epoch seconds, both included. */
  minDateCreate: number;
  maxDateCreate: number;
  /** See {@link hashIds}. */
  idHashes: BigUint64Array;
}

/** @param text - of the lines */
export function describeLines(lines: EntryRows, text: Buffer): ObjectContents {
  let [minDateCreate, maxDateCreate] = [Number.POSITIVE_INFINITY, 0];
  for (let row = 0; row < lines.rows; row++) {
    const second = lines.dateCreateOf(row);
    minDateCreate = Math.min(minDateCreate, second);
    maxDateCreate = Math.max(maxDateCreate, second);
  }
  return { ...measureText(text), minDateCreate, maxDateCreate, idHashes: hashIds(lines) };
}

/**
 * Contents of objects that were read to be compared, until their hour is described: to take an object
 * apart once more costs as much as to compare it. They are known by the SHA-256 of what is stored, so
 * that they are those of the very bytes that a manifest names.
 */
export class KnownContents {
  readonly #bySha256 = new Map<string, ObjectContents>();

  has(sha256: string): boolean {
    return this.#bySha256.has(sha256);
  }

  add(sha256: string, contents: ObjectContents): void {
    this.#bySha256.set(sha256, contents);
  }

  /** They are forgotten with it. */
  take(sha256: string): ObjectContents | undefined {
    const contents = this.#bySha256.get(sha256);
    this.#bySha256.delete(sha256);
    return contents;
  }
}
