import { isUtf8 } from "node:buffer";
import { SlackBodyError } from "./errors.ts";
import { parseJson } from "./json-body.ts";
import { BrokenFrameError, endOfValue, skipSpace, walkElements, walkMembers } from "./raw-json.ts";
import type { AuditLogEntry } from "./types.ts";

/** One entry of a page: what it says, and exactly how Slack said it. */
export class PageEntry {
  /** The entry's `id`; absent when it is not a non-empty string. */
  readonly id: string | undefined;
  /** The entry's `date_create`, epoch seconds; absent when it is not a usable integer. */
  readonly dateCreate: number | undefined;
  /**
   * The text that Slack sent for this entry, UTF-8, without a line break: JSON
   * allows one only between tokens, where it carries no meaning.
   */
  readonly bytes: Uint8Array;

  /** @param parsed - nothing when the bytes are not UTF-8, which no JSON text may be */
  constructor(bytes: Uint8Array, parsed: unknown) {
    this.bytes = bytes;
    const { id, date_create } = isObject(parsed) ? parsed : {};
    this.id = typeof id === "string" && id !== "" ? id : undefined;
    this.dateCreate = isUsableDate(date_create) ? date_create : undefined;
  }

  /** `bytes` as a string. */
  get text(): string {
    return toBuffer(this.bytes).toString();
  }

  /** The entry as typed data, parsed anew at each call. Unknown fields pass through. */
  get value(): AuditLogEntry {
    return JSON.parse(this.text);
  }
}

/** One page of `/logs`. */
export class LogsPage {
  /** Newest first, as Slack lists them; may be empty although more pages follow. */
  readonly entries: PageEntry[];
  /** Where the next page begins; absent on the last. */
  readonly nextCursor: string | undefined;
  /** Size of the body, uncompressed. */
  readonly bodyBytes: number;
  readonly #body: Buffer;

  constructor(body: Buffer, entries: PageEntry[], nextCursor: string | undefined) {
    this.#body = body;
    this.entries = entries;
    this.nextCursor = nextCursor;
    this.bodyBytes = body.length;
  }

  /**
   * Give the body's memory back now, rather than when the garbage collector
   * gets to it: bodies of megabytes pile up before that. The texts of the
   * entries are gone then. Nobody has to.
   */
  release(): void {
    const { buffer } = this.#body;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === this.bodyBytes) {
      // Detaches it; a pooled buffer, which holds other things too, is larger than the body.
      // Node 20 has no transfer, and leaves it to the garbage collector.
      (buffer as { transfer?: (bytes: number) => ArrayBuffer }).transfer?.(0);
    }
  }
}

/**
 * Read the body of a `/logs` answer.
 *
 * Each entry is parsed by itself, and what is parsed is let go of at once: the
 * objects of a whole page would live long enough to be costly.
 *
 * @param body - UTF-8 JSON; the page keeps views on it, so it must not change afterwards
 * @throws {SlackBodyError} when the body is not JSON, or not a page of entries
 */
export function parseLogsPage(body: Uint8Array): LogsPage {
  const text = toBuffer(body);
  try {
    return readPage(text);
  } catch (error) {
    if (error instanceof BrokenFrameError || error instanceof SyntaxError) {
      parseJson(text.toString()); // throws, and says what the body is instead
      throw new SlackBodyError("wrong_shape", "expected an object");
    }
    throw error;
  }
}

function readPage(text: Buffer): LogsPage {
  const frame = readFrame(text);
  if (frame.ok === false) {
    // Whatever entries are beside it, Slack says that it did not do what was asked.
    throw new SlackBodyError("wrong_shape", '"ok" is false');
  }
  return new LogsPage(text, frame.entries, nextCursorOf(frame));
}

/** The members of a page, its entries each by itself. */
export function readFrame(text: Buffer): Page<PageEntry> {
  // Without a prototype: `__proto__` is a name like any other.
  const frame: Record<string, unknown> = Object.create(null);
  const end = walkMembers(text, skipSpace(text, 0), (name, at) => {
    if (name === "entries" && isArrayAt(text, at)) {
      const entries: PageEntry[] = [];
      frame.entries = entries;
      return readEntries(text, at, entries);
    }
    const end = endOfValue(text, at);
    frame[name] = JSON.parse(text.toString("utf8", at, end));
    return end;
  });
  if (skipSpace(text, end) < text.length) {
    throw new BrokenFrameError();
  }
  if (!isPage<PageEntry>(frame)) {
    throw new SlackBodyError(
      "wrong_shape",
      'a page of /logs has an array "entries"; this has none',
    );
  }
  return frame;
}

/** @returns the offset after the array of entries that begins at `at` */
function readEntries(text: Buffer, at: number, entries: PageEntry[]): number {
  const isOnOneLine = !hasLineBreak(text);
  const isReadable = isUtf8(text);
  return walkElements(text, at, (start) => {
    const end = endOfValue(text, start);
    const parsed = JSON.parse(text.toString("utf8", start, end));
    const exact = text.subarray(start, end);
    entries.push(
      new PageEntry(
        isOnOneLine ? exact : onOneLine(exact),
        isReadable || isUtf8(exact) ? parsed : undefined,
      ),
    );
    return end;
  });
}

/**
 * A raw line break in JSON is only found between tokens, and so are the spaces
 * that touch it. The lookbehind keeps this linear: a run of spaces is tried once.
 */
export function onOneLine(text: Buffer): Uint8Array {
  return hasLineBreak(text)
    ? Buffer.from(
        text.toString("latin1").replace(/(?<![ \t])[ \t]*[\r\n][ \t\r\n]*/g, ""),
        "latin1",
      )
    : text;
}

function hasLineBreak(text: Buffer): boolean {
  return text.includes("\n") || text.includes("\r");
}

function nextCursorOf(page: Page<unknown>): string | undefined {
  const metadata = page.response_metadata;
  if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
    throw new SlackBodyError("wrong_shape", "response_metadata is not an object");
  }
  const cursor = metadata?.next_cursor;
  if (cursor === undefined || cursor === null || cursor === "") {
    return undefined;
  }
  if (typeof cursor !== "string") {
    // Taking it for the end of the listing would lose every page behind it.
    throw new SlackBodyError("wrong_shape", `next_cursor is a ${typeof cursor}, not a string`);
  }
  return cursor;
}

interface Page<Entry> {
  entries: Entry[];
  ok?: unknown;
  response_metadata?: unknown;
}

export function isPage<Entry = unknown>(value: unknown): value is Page<Entry> {
  return isObject(value) && Array.isArray(value.entries);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isArrayAt(text: Buffer, at: number): boolean {
  return text[at] === 0x5b;
}

/** Seconds up to the year 2286: ten digits, as in an object's key. */
function isUsableDate(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 1e10;
}

export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
