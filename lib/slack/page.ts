import { isUtf8 } from "node:buffer";
import { SlackBodyError } from "./errors.ts";
import { parseJson } from "./json-body.ts";
import { BrokenFrameError, endOfValue, skipSpace } from "./json-value.ts";
import { isName, MemberName, nameAt, walkElements, walkMembers } from "./raw-json.ts";
import type { AuditLogEntry } from "./types.ts";

const ID = new MemberName("id");
const DATE_CREATE = new MemberName("date_create");
const [OPEN_BRACE, OPEN_BRACKET, QUOTE] = [0x7b, 0x5b, 0x22];

/** One entry of a page: what it says, and exactly how Slack said it. */
export class PageEntry {
  /** The entry's `id`; absent when it is not a non-empty string. */
  readonly id: string | undefined;
  /** The entry's `date_create`, epoch seconds; absent when it is not a usable integer. */
  readonly dateCreate: number | undefined;
  readonly #source: Buffer;
  readonly #start: number;
  readonly #end: number;

  /** @param source - holds the entry's text from `start` on, up to `end` */
  constructor(
    source: Buffer,
    start: number,
    end: number,
    id: string | undefined,
    dateCreate: number | undefined,
  ) {
    this.#source = source;
    this.#start = start;
    this.#end = end;
    this.id = id;
    this.dateCreate = dateCreate;
  }

  /**
   * The text that Slack sent for this entry, UTF-8, without a line break: JSON
   * allows one only between tokens, where it carries no meaning. A view on the
   * page's body, made anew at each call: a page of them costs more than its texts.
   */
  get bytes(): Uint8Array {
    return this.#source.subarray(this.#start, this.#end);
  }

  /** `bytes` as a string. */
  get text(): string {
    return this.#source.toString("utf8", this.#start, this.#end);
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
 * No entry is parsed: each is checked to be JSON, and its `id` and `date_create`
 * are picked from its text, in one pass. Where a name is repeated, the last one
 * counts, as for `JSON.parse`.
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
    const member = nameAt(text, name);
    if (member === "entries" && isArrayAt(text, at)) {
      const entries: PageEntry[] = [];
      frame.entries = entries;
      return readEntries(text, at, entries);
    }
    const end = endOfValue(text, at);
    frame[member] = JSON.parse(text.toString("utf8", at, end));
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
  const read = entryReader(text);
  return walkElements(text, at, (start) => {
    const { entry, end } = read(start);
    entries.push(entry);
    return end;
  });
}

/** The one value that a text holds, as an entry. */
export function readEntry(text: Buffer): PageEntry {
  return entryReader(text)(0).entry;
}

/** @returns reads the entry that begins at an offset of the text, and gives the offset after it */
function entryReader(text: Buffer): (start: number) => { entry: PageEntry; end: number } {
  const isOnOneLine = !hasLineBreak(text);
  const isReadable = isUtf8(text);
  let id: string | undefined;
  let dateCreate: number | undefined;
  const pick = (name: number, at: number) => {
    const end = endOfValue(text, at);
    if (isName(text, name, ID)) {
      id = idAt(text, at, end);
    } else if (isName(text, name, DATE_CREATE)) {
      dateCreate = dateAt(text, at, end);
    }
    return end;
  };
  return (start) => {
    id = undefined;
    dateCreate = undefined;
    const isMap = text[start] === OPEN_BRACE;
    const end = isMap ? walkMembers(text, start, pick) : endOfValue(text, start);
    // What is not UTF-8 is no JSON text, whatever can be read in it.
    if (!isReadable && !isUtf8(text.subarray(start, end))) {
      id = undefined;
      dateCreate = undefined;
    }
    if (isOnOneLine) {
      return { entry: new PageEntry(text, start, end, id, dateCreate), end };
    }
    const line = onOneLine(text.subarray(start, end));
    return { entry: new PageEntry(line, 0, line.length, id, dateCreate), end };
  };
}

/** A string that is not empty. */
function idAt(text: Buffer, at: number, end: number): string | undefined {
  if (text[at] !== QUOTE || end - at === 2) {
    return undefined;
  }
  const plain = text.toString("utf8", at + 1, end - 1);
  return plain.includes("\\") ? JSON.parse(`"${plain}"`) : plain;
}

/** Seconds up to the year 2286: ten digits, as in an object's key. */
function dateAt(text: Buffer, at: number, end: number): number | undefined {
  // NaN for any other value: each of them begins with a byte that no number has.
  const value = Number(text.toString("latin1", at, end));
  return text[at] !== QUOTE && Number.isSafeInteger(value) && value >= 0 && value < 1e10
    ? value
    : undefined;
}

/**
 * A raw line break in JSON is only found between tokens, and so are the spaces
 * that touch it. The lookbehind keeps this linear: a run of spaces is tried once.
 */
function onOneLine(text: Buffer): Buffer {
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
  return text[at] === OPEN_BRACKET;
}

export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
