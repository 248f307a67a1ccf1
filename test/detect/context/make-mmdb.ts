/** A value as MaxMind's format encodes it; objects and texts are enough, and unsigned numbers. */
function encode(value: unknown): Buffer {
  if (typeof value === "string") return field(2, Buffer.byteLength(value), Buffer.from(value));
  if (typeof value === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return field(6, 4, bytes);
  }
  const entries = Object.entries(value as object);
  return field(7, entries.length, Buffer.concat(entries.flat().map(encode)));
}

function field(type: number, size: number, content: Buffer): Buffer {
  const head = size < 29 ? [(type << 5) | size] : [(type << 5) | 29, size - 29];
  return Buffer.concat([Buffer.from(head), content]);
}

/**
 * A database in MaxMind's format, of IPv4 addresses only: what it says of the halves of the
 * whole range.
 *
 * @see https://maxmind.github.io/MaxMind-DB/
 */
export function makeMmdb(low: object, high: object, recordSize: 24 | 28 | 32 = 24): Buffer {
  const data = [encode(low), encode(high)] as const;
  const nodes = 1;
  const [left, right] = [0, data[0].length].map((offset) => {
    const bytes = Buffer.alloc(recordSize === 32 ? 4 : 3);
    bytes.writeUIntBE(nodes + 16 + offset, 0, bytes.length);
    return bytes;
  }) as [Buffer, Buffer];
  // Of 28 bits, the middle byte has the four highest of each, which are zero here.
  const node = [left, ...(recordSize === 28 ? [Buffer.alloc(1)] : []), right];
  const metadata = encode({
    node_count: nodes,
    record_size: recordSize,
    ip_version: 4,
    database_type: "Test",
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 0,
  });
  return Buffer.concat([
    ...[...node, Buffer.alloc(16), ...data],
    ...[Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"), metadata],
  ]);
}
