import { createHash, hash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { encodeLines, HASH_DIGITS } from "./encode-lines.ts";
import {
  type ArchiveEntry,
  allRows,
  type EntryRows,
  ListedEntries,
  type TextRows,
} from "./entry-rows.ts";
import { toObjectKey } from "./object-key.ts";

const NEWLINE = 0x0a;
const SMALL_BYTES = 32 * 1024;
const PIECE_BYTES_MIN = 64 * 1024;
const GZIP_BYTES_MIN = 18;
const DEFLATE_RATIO_MAX = 1032;

/** Lines, and bytes of text, line breaks included. */
export interface ObjectSize {
  textBytes: number;
  lines: number;
}

/** What an object holds at most when it is read. */
const READ_MAX: ObjectSize = { textBytes: 512 * 1024 * 1024, lines: 2_000_000 };

/** What an object holds at most when it is written, save that one text alone may be larger: what a page of Slack's may have. */
export const WRITTEN_MAX: ObjectSize = { textBytes: 64 * 1024 * 1024, lines: 500_000 };

export interface EncodedObject {
  key: string;
  /** Gzip of the lines. */
  body: Uint8Array;
}

/**
 * Make the object that holds these entries: one line each, oldest first.
 *
 * Deterministic, so that the same entries always have the same key: a repeated
 * write is recognised by its name.
 *
 * @param rows - at least one, all within one UTC hour, newest first as Slack lists them
 */
export async function encodeRows(
  source: string,
  entries: EntryRows,
  rows: readonly number[],
): Promise<EncodedObject> {
  const dateOf = (row: number) => entries.dateCreateOf(row);
  const ascending = rows.toReversed().sort((a, b) => dateOf(a) - dateOf(b));
  const [first, last] = [ascending.at(0), ascending.at(-1)];
  if (first === undefined || last === undefined) {
    throw new RangeError("an object holds at least one entry");
  }
  const { hash, body } = await encodeLines(entries, ascending);
  const [minDateCreate, maxDateCreate] = [dateOf(first), dateOf(last)];
  return { key: toObjectKey({ source, minDateCreate, maxDateCreate, hash }), body };
}

/** The same for entries that do not come from a page. */
export function encodeObject(
  source: string,
  entries: readonly ArchiveEntry[],
): Promise<EncodedObject> {
  const listed = new ListedEntries(entries);
  return encodeRows(source, listed, allRows(listed));
}

/** The hash that {@link encodeLines} gives, without the compression. */
export function hashLines(texts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const text of texts) {
    hash.update(text).update("\n");
  }
  return hash.digest("hex").slice(0, HASH_DIGITS);
}

/** Split rows, in their order, so that an object can hold each part. */
export function* splitForObjects(
  texts: TextRows,
  rows: readonly number[],
  max: ObjectSize,
): Generator<number[], void, void> {
  let part: number[] = [];
  let textBytes = 0;
  for (const row of rows) {
    const bytes = texts.bytesOf(row) + 1;
    if (part.length > 0 && (part.length === max.lines || textBytes + bytes > max.textBytes)) {
      yield part;
      part = [];
      textBytes = 0;
    }
    part.push(row);
    textBytes += bytes;
  }
  if (part.length > 0) yield part;
}

/**
 * The lines of an object, without their line breaks.
 *
 * @param max - a gzip bomb is refused once it holds more
 * @throws {ArchiveObjectError} when the body is not what this archive writes
 */
export async function decodeLines(
  key: string,
  body: Uint8Array,
  max: ObjectSize = READ_MAX,
): Promise<Uint8Array[]> {
  return splitLines(await decodeText(key, body, max));
}

/**
 * @param text - each line with its line break
 * @returns views on it, without their line breaks
 */
export function splitLines(text: Buffer): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(NEWLINE, start);
    lines.push(text.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/**
 * The lines of an object with their line breaks, in one piece.
 *
 * @throws {ArchiveObjectError} when the body is not what this archive writes
 */
export async function decodeText(
  key: string,
  body: Uint8Array,
  max: ObjectSize = READ_MAX,
): Promise<Buffer<ArrayBuffer>> {
  const text = await decompressText(key, body, max.textBytes);
  if (countLines(text) > max.lines) {
    throw new ArchiveObjectError(key, `it holds more than ${max.lines} lines`);
  }
  if (text.length > 0 && text.at(-1) !== NEWLINE) {
    throw new ArchiveObjectError(key, "its last line has no line break");
  }
  return text;
}

/**
 * Count the lines of a text, and hash it.
 *
 * @param text - each line with its line break
 * @returns the hash that {@link encodeLines} gives
 */
export function measureText(text: Buffer): { lines: number; hash: string } {
  const sha256 = hash("sha256", text);
  return { lines: countLines(text), hash: sha256.slice(0, HASH_DIGITS) };
}

function countLines(text: Buffer): number {
  let lines = 0;
  for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE, end + 1)) {
    lines += 1;
  }
  return lines;
}

/**
 * Check that an object decodes whole and holds the lines that its key has the hash of. Most of the
 * work is done outside the main thread.
 *
 * @param hash - first 16 hex digits of the SHA-256 of the lines, as its key names them
 * @param alsoCheck - gets the text when it is so; it is gone when this returns
 * @throws {ArchiveObjectError} when it does not
 */
export async function checkObject(
  key: string,
  hash: string,
  body: Uint8Array,
  alsoCheck?: (text: Buffer) => void,
): Promise<void> {
  await withText(key, body, (text) => {
    if (measureText(text).hash !== hash) {
      throw new ArchiveObjectError(key, "its lines are not those that its name was made from");
    }
    alsoCheck?.(text);
  });
}

/**
 * Count and hash the lines of an object, without taking it apart.
 *
 * @throws {ArchiveObjectError} when it does not decode whole
 */
export async function measureObject(
  key: string,
  body: Uint8Array,
): Promise<{ lines: number; hash: string }> {
  return withText(key, body, measureText);
}

async function withText<T>(key: string, body: Uint8Array, use: (text: Buffer) => T): Promise<T> {
  const text = await decompressText(key, body, READ_MAX.textBytes);
  try {
    if (text.at(-1) !== NEWLINE) {
      throw new ArchiveObjectError(key, "its last line has no line break");
    }
    return use(text);
  } finally {
    freeText(text);
  }
}

/** Nobody may read it any more. One after another, they would pile up before the garbage collector gets to them. */
export function freeText(text: Buffer<ArrayBuffer>): void {
  if (text.buffer.byteLength <= text.byteLength + 1) text.buffer.transfer(0);
}

async function decompressText(
  key: string,
  body: Uint8Array,
  bytesMax: number,
): Promise<Buffer<ArrayBuffer>> {
  const { buffer, engine } = await decompress(body, bytesMax).catch((cause) => {
    const problem =
      cause.code === "ERR_BUFFER_TOO_LARGE"
        ? `it holds more than ${bytesMax} bytes of text`
        : "it is not whole gzip";
    throw new ArchiveObjectError(key, problem, { cause });
  });
  // Node passes over what follows, and another decoder might read it.
  if (engine.bytesWritten !== body.byteLength) {
    throw new ArchiveObjectError(key, "it goes on after its end");
  }
  return buffer;
}

interface Decompressed {
  buffer: Buffer<ArrayBuffer>;
  /** `bytesWritten`: how many bytes of the body were used. */
  engine: { bytesWritten: number };
}

async function decompress(body: Uint8Array, maxOutputLength: number): Promise<Decompressed> {
  const options = {
    maxOutputLength,
    chunkSize: textBytesOf(body, maxOutputLength) + 1,
    info: true,
  };
  const result: unknown = isSmall(body)
    ? gunzipSync(body, options)
    : await promisify(gunzip)(body, options);
  // The types do not know `info`.
  return result as Decompressed;
}

/**
 * As much as gzip says at its end that its text has, so that it comes in one piece: no more than
 * deflate can make of so many bytes, as what it says may be wrong.
 */
function textBytesOf(body: Uint8Array, max: number): number {
  const { buffer, byteOffset, byteLength } = body;
  const announced =
    byteLength < GZIP_BYTES_MIN
      ? 0
      : new DataView(buffer, byteOffset).getUint32(byteLength - 4, true);
  return Math.max(PIECE_BYTES_MIN, Math.min(announced, DEFLATE_RATIO_MAX * byteLength, max));
}

/** To hand it to another thread takes longer than the work. */
function isSmall(body: Uint8Array): boolean {
  return body.byteLength < SMALL_BYTES;
}

const RESTORE =
  "restore the object's first version, or delete it while its day is not sealed: the seal stores again what Slack lists";

/** An object in the archive is damaged, or something else wrote it. */
export class ArchiveObjectError extends Error {
  override readonly name = "ArchiveObjectError";
  readonly code = "archive_object_unreadable";
  readonly key: string;
  /** Without the key. */
  readonly problem: string;
  constructor(key: string, problem: string, options: ErrorOptions & { todo?: string } = {}) {
    const { todo = RESTORE } = options;
    super(`cannot read ${key}: ${problem}; ${todo}`, options);
    this.key = key;
    this.problem = problem;
  }
}

/** As something that is wrong with the object, for whoever names its key. */
export function describeUnreadable({ problem }: ArchiveObjectError): string {
  return `it cannot be read: ${problem}`;
}
