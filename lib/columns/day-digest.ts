import { hash } from "node:crypto";

/**
 * SHA-256 over the lines of a day, whatever their order: what the columns of
 * the day must hold.
 *
 * Each line is hashed. An hour's hashes are sorted and, by their first byte,
 * hashed again; the day's digest is the hash of those parts, `HH`, first byte
 * and hash each, ascending. So SQL computes it in pieces, whichever engine
 * reads the columns: see `lib/sql/columns-digest.ts`. All in hex, in capitals,
 * as Trino's `to_hex` writes it; the digest itself is in small letters.
 */
export class DayDigest {
  readonly #parts: string[] = [];

  /**
   * @param hour - 0 to 23, each once
   * @param objects - the lines of each, without their line breaks
   */
  async addHour(hour: number, objects: AsyncIterable<readonly Uint8Array[]>): Promise<void> {
    const byFirstByte = new Map<string, string[]>();
    for await (const lines of objects) {
      for (const line of lines) {
        const ofLine = hash("sha256", line).toUpperCase();
        const first = ofLine.slice(0, 2);
        const others = byFirstByte.get(first);
        if (others === undefined) byFirstByte.set(first, [ofLine]);
        else others.push(ofLine);
      }
    }
    for (const [first, hashes] of byFirstByte) {
      const part = hash("sha256", hashes.sort().join("")).toUpperCase();
      this.#parts.push(`${String(hour).padStart(2, "0")}${first}${part}`);
    }
  }

  /** Hex. */
  toHex(): string {
    return hash("sha256", this.#parts.toSorted().join(""));
  }
}
