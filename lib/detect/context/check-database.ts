import type { Metadata } from "mmdb-lib/lib/metadata.js";

/** Between the tree and the data, all zero. */
const SEPARATOR_BYTES = 16;
const METADATA_MARKER = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");

/** Of the records, these many are read, and of the rest one in so many: a database of cities has a million. */
const READ = { first: 1000, oneIn: 64 };

/**
 * Check that a database in MaxMind's format is whole: that every branch of its tree ends within the
 * file, and that records can be read.
 *
 * @param read - the record of an address; throws when it cannot be decoded
 * @returns records that were read, at most some thousands
 * @throws {Error} that says what is damaged
 * @see https://maxmind.github.io/MaxMind-DB/
 */
export function* readRecords(
  content: Buffer,
  { nodeCount, recordSize, searchTreeSize, ipVersion }: Metadata,
  read: (address: string) => unknown,
): Generator<object> {
  const dataStart = searchTreeSize + SEPARATOR_BYTES;
  const dataBytes = content.lastIndexOf(METADATA_MARKER) - dataStart;
  if (!(Number.isInteger(nodeCount) && nodeCount > 0 && dataBytes > 0)) {
    throw new Error("its parts are not as long as it says");
  }
  if (content.subarray(searchTreeSize, dataStart).some((byte) => byte !== 0)) {
    throw new Error("its tree does not end where it says");
  }
  const bits = ipVersion === 4 ? 32 : 128;
  const path = new Path(bits);
  const nodes = new BitSet(nodeCount);
  nodes.add(0);
  const records = new BitSet(dataBytes);
  let count = 0;
  // Of each node on the way down, by depth: which it is, and which side of it is next.
  const nodeAt = new Uint32Array(bits);
  const sideAt = new Uint8Array(bits);
  for (let depth = 0; depth >= 0; ) {
    const node = nodeAt[depth] ?? 0;
    const side = sideAt[depth] ?? 0;
    if (side > 1) {
      depth -= 1;
      continue;
    }
    sideAt[depth] = side + 1;
    path.set(depth, side);
    const next = recordOf(content, node, side, recordSize);
    if (next < nodeCount) {
      if (depth + 1 === bits) throw new Error("a branch of its tree has no end");
      if (!nodes.add(next)) {
        // Branches may share an end, as those of IPv4 within IPv6 do.
        if (nodeAt.subarray(0, depth + 1).includes(next)) throw new Error("its tree has a circle");
        continue;
      }
      depth += 1;
      nodeAt[depth] = next;
      sideAt[depth] = 0;
    } else if (next > nodeCount) {
      const offset = next - nodeCount - SEPARATOR_BYTES;
      if (offset < 0 || offset >= dataBytes) throw new Error("its tree points outside its data");
      if (!records.add(offset)) continue;
      count += 1;
      if (count > READ.first && count % READ.oneIn !== 0) continue;
      const record = read(path.toAddress(depth + 1));
      if (typeof record !== "object" || record === null) throw new Error("a record is not a map");
      yield record;
    }
  }
}

/** @param side - of the node: 0 is left, 1 is right */
function recordOf(content: Buffer, node: number, side: number, recordSize: number): number {
  const at = (node * recordSize) / 4;
  if (recordSize === 24) return content.readUIntBE(at + 3 * side, 3);
  if (recordSize === 32) return content.readUInt32BE(at + 4 * side);
  // The middle byte has the highest bits of both.
  const middle = content.readUInt8(at + 3);
  return side === 0
    ? ((middle >> 4) << 24) | content.readUIntBE(at, 3)
    : ((middle & 0x0f) << 24) | content.readUIntBE(at + 4, 3);
}

/** The bits of an address, from the first. */
class Path {
  readonly #bytes: Uint8Array;

  constructor(bits: number) {
    this.#bytes = new Uint8Array(bits / 8);
  }

  set(depth: number, bit: number): void {
    const mask = 0x80 >> (depth & 7);
    const byte = this.#bytes[depth >> 3] ?? 0;
    this.#bytes[depth >> 3] = bit === 1 ? byte | mask : byte & ~mask;
  }

  /** @param length - of what is set; the rest is zero */
  toAddress(length: number): string {
    const bytes = this.#bytes.map((byte, index) => {
      const rest = Math.min(8, Math.max(0, length - 8 * index));
      return byte & (0xff << (8 - rest));
    });
    if (bytes.length === 4) return bytes.join(".");
    const view = new DataView(bytes.buffer);
    return Array.from({ length: 8 }, (_, i) => view.getUint16(2 * i).toString(16)).join(":");
  }
}

class BitSet {
  readonly #bytes: Uint8Array;

  constructor(size: number) {
    this.#bytes = new Uint8Array(Math.ceil(size / 8));
  }

  /** @returns whether it was not in it */
  add(index: number): boolean {
    const mask = 1 << (index & 7);
    const byte = this.#bytes[index >> 3] ?? 0;
    this.#bytes[index >> 3] = byte | mask;
    return (byte & mask) === 0;
  }
}
