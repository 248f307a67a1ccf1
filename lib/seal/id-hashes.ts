import type { NameRows } from "../archive/entry-rows.ts";
import { idOf } from "../archive/name-list.ts";

/** Names of the lines of an object. */
export type LineNames = NameRows & { readonly rows: number };

/**
 * A number of 64 bits of each id, the same for the same id. Two ids that have the same one by chance,
 * or because somebody made them so, cost a second look and nothing else.
 */
export function hashIds(lines: LineNames): BigUint64Array<ArrayBuffer> {
  const hashes = new BigUint64Array(lines.rows);
  const words = new Uint32Array(hashes.buffer);
  for (let row = 0; row < lines.rows; row++) {
    const { buffer, start, end } = idOf(lines, row);
    let low = 0x811c9dc5;
    let high = end - start;
    for (let at = start; at < end; at++) {
      const byte = buffer[at] as number;
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(((high << 7) | (high >>> 25)) ^ byte, 0x9e3779b1);
    }
    words[2 * row] = low ^ (high >>> 15);
    words[2 * row + 1] = high ^ (low >>> 13);
  }
  return hashes;
}
