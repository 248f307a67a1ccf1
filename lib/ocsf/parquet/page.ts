import { constants, zstdCompressSync } from "node:zlib";
import type { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";

export function countZeros(levels: Uint8Array): number {
  let zeros = 0;
  for (let at = 0; at < levels.length; at++) if (levels[at] === 0) zeros += 1;
  return zeros;
}

export function bitWidth(max: number): number {
  return 32 - Math.clz32(max);
}

/** Eight truth values a byte, the first in the lowest bit. */
export function packBits(values: Uint8Array | Uint32Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  for (const [at, value] of values.entries()) {
    const byte = at >> 3;
    bytes[byte] = (bytes[byte] ?? 0) | (value << (at & 7));
  }
  return bytes;
}

type PageHeader = Omit<
  Parameters<typeof writePageHeader>[1],
  "uncompressed_page_size" | "compressed_page_size"
>;

export function writePage(
  writer: ByteWriter,
  levels: ByteWriter | undefined,
  bytes: Uint8Array,
  header: PageHeader,
): number {
  const start = writer.offset;
  const compressed = compress(bytes);
  const levelBytes = levels?.offset ?? 0;
  writePageHeader(writer, {
    ...header,
    uncompressed_page_size: levelBytes + bytes.length,
    compressed_page_size: levelBytes + compressed.length,
  });
  const headerBytes = writer.offset - start;
  if (levels !== undefined) writer.appendBytes(levels.getBytes());
  writer.appendBytes(compressed);
  return headerBytes + levelBytes + bytes.length;
}

/** Level 1 takes half the CPU of 3, for 4 % more bytes. */
function compress(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
}
