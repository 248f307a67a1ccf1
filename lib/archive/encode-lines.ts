import { createHash } from "node:crypto";
import { once } from "node:events";
import { promisify } from "node:util";
import { createGzip, gzip } from "node:zlib";
import type { TextRows } from "./entry-rows.ts";

const NEWLINE = 0x0a;
const TEXT_PIECE_BYTES = 512 * 1024;
/** Of the SHA-256 of an object's lines, in its key. */
export const HASH_DIGITS = 16;

/** Level 5 takes a fifth less CPU than zlib's usual 6, for 0.2 % more bytes on audit logs. */
const GZIP = { level: 5, memLevel: 9, chunkSize: 256 * 1024 };

interface Compressed {
  /** Of the text, in hex digits. */
  sha256: string;
  body: Uint8Array;
}

export interface EncodedLines {
  /** First 16 hex digits of the SHA-256 of the lines. */
  hash: string;
  /** Gzip of the lines. */
  body: Uint8Array;
}

/** Hash and compress texts, one a line, in the order of the rows. */
export async function encodeLines(texts: TextRows, rows: readonly number[]): Promise<EncodedLines> {
  const bytes = rows.reduce((sum, row) => sum + texts.bytesOf(row) + 1, 0);
  const compress = bytes <= TEXT_PIECE_BYTES ? compressWhole : compressInPieces;
  const { sha256, body } = await compress(piecesOf(texts, rows, Math.min(bytes, TEXT_PIECE_BYTES)));
  return { hash: sha256.slice(0, HASH_DIGITS), body };
}

async function compressWhole([lines]: Iterable<Buffer<ArrayBuffer>>): Promise<Compressed> {
  if (lines === undefined) throw new RangeError("there are no lines");
  const sha256 = createHash("sha256").update(lines).digest("hex");
  return { sha256, body: await promisify(gzip)(lines, GZIP) };
}

/** Lines in memory whole would be a page's worth of it. */
async function compressInPieces(pieces: Iterable<Buffer<ArrayBuffer>>): Promise<Compressed> {
  const sha256 = createHash("sha256");
  const stream = createGzip(GZIP);
  const write = promisify((piece: Buffer, done: (error?: Error | null) => void) => {
    stream.write(piece, done);
  });
  const fill = async () => {
    let memory: ArrayBuffer | undefined;
    for (const piece of pieces) {
      sha256.update(piece);
      await write(piece);
      memory = piece.buffer;
    }
    memory?.transfer(0);
    stream.end();
  };
  const chunks: Buffer<ArrayBuffer>[] = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  await Promise.all([once(stream, "end"), fill()]);
  const body = Buffer.concat(chunks);
  for (const { buffer } of chunks) if (!buffer.detached) buffer.transfer(0);
  return { sha256: sha256.digest("hex"), body };
}

/** @returns texts, one a line: each piece is good until the next is asked for */
function* piecesOf(
  texts: TextRows,
  rows: readonly number[],
  pieceBytes: number,
): Generator<Buffer<ArrayBuffer>, void, void> {
  const longest = rows.reduce((max, row) => Math.max(max, texts.bytesOf(row) + 1), pieceBytes);
  const lines = Buffer.allocUnsafeSlow(longest);
  let end = 0;
  for (const row of rows) {
    if (end + texts.bytesOf(row) + 1 > lines.length) {
      yield lines.subarray(0, end);
      end = 0;
    }
    texts.copyText(row, lines, end);
    end += texts.bytesOf(row);
    lines[end] = NEWLINE;
    end += 1;
  }
  yield lines.subarray(0, end);
}
