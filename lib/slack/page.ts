import { isUtf8 } from "node:buffer";
import { giveBack } from "./body-buffers.ts";
import { EntryTable, type PageEntry } from "./entry-table.ts";
import { SlackBodyError } from "./errors.ts";
import { parseJson } from "./json-body.ts";
import {
  BrokenFrameError,
  endOfValue,
  skipSpace,
  startOfMember,
  startOfNext,
} from "./json-value.ts";
import { isName, MemberName, nameAt, walkElements, walkMembers } from "./raw-json.ts";

/** Fewer than an entry has on average; where they are fewer still, its table grows. */
const ENTRY_BYTES = 400;

const ID = new MemberName("id");
const DATE_CREATE = new MemberName("date_create");
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET] = [0x7b, 0x7d, 0x5b];
const [QUOTE, ZERO, NEWLINE] = [0x22, 0x30, 0x0a];

/** One page of `/logs`. */
export class LogsPage {
  /** The entries as a run reads them: by row, newest first, as Slack lists them. */
  readonly table: EntryTable;
  /** Where the next page begins; absent on the last. */
  readonly nextCursor: string | undefined;
  /** Size of the body, uncompressed. */
  readonly bodyBytes: number;
  #body: Uint8Array | undefined;
  #entries: PageEntry[] | undefined;

  constructor(body: Uint8Array, table: EntryTable, nextCursor: string | undefined) {
    this.#body = body;
    this.table = table;
    this.nextCursor = nextCursor;
    this.bodyBytes = body.length;
  }

  /** Newest first, as Slack lists them; may be empty although more pages follow. Made when first asked for. */
  get entries(): PageEntry[] {
    this.#entries ??= this.table.toEntries();
    return this.#entries;
  }

  /**
   * Give the body's memory back now, rather than when the garbage collector
   * gets to it: bodies of megabytes pile up before that. The texts of the
   * entries are gone then, and what was a view on them may show another page.
   * Nobody has to.
   */
  release(): void {
    if (this.#body !== undefined) {
      giveBack(this.#body);
      this.#body = undefined;
      this.table.clear();
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
  return new LogsPage(text, frame.entries, nextCursorOf(frame.response_metadata));
}

/** The members of a page, its entries each by itself. */
interface Frame {
  entries: EntryTable;
  ok?: unknown;
  response_metadata?: unknown;
}

export function readFrame(text: Buffer): Frame {
  const frame = readLines(text);
  // Line breaks are only taken out of what is known to be JSON.
  const line = onOneLine(text);
  return line === text ? frame : readLines(line);
}

function readLines(text: Buffer): Frame {
  // Without a prototype: `__proto__` is a name like any other.
  const frame: Record<string, unknown> = Object.create(null);
  const end = walkMembers(text, skipSpace(text, 0), (name, at) => {
    const member = nameAt(text, name);
    if (member === "entries" && isArrayAt(text, at)) {
      const entries = new EntryTable(text, 1 + Math.floor(text.length / ENTRY_BYTES));
      frame.entries = entries;
      const reader = new EntryReader(text, entries);
      return walkElements(text, at, (start) => reader.read(start));
    }
    const end = endOfValue(text, at);
    frame[member] = JSON.parse(text.toString("utf8", at, end));
    return end;
  });
  if (skipSpace(text, end) < text.length) {
    throw new BrokenFrameError();
  }
  if (!(frame.entries instanceof EntryTable)) {
    throw new SlackBodyError(
      "wrong_shape",
      'a page of /logs has an array "entries"; this has none',
    );
  }
  return { ...frame, entries: frame.entries };
}

/**
 * Lines of which each is an entry, a row each.
 *
 * @returns nothing when a line is not one JSON value and nothing else
 */
export function readEntryLines(text: Buffer): EntryTable | undefined {
  const table = new EntryTable(text, 1 + Math.floor(text.length / ENTRY_BYTES));
  const reader = new EntryReader(text, table);
  try {
    for (let start = 0; start < text.length; ) {
      const end = reader.read(start);
      if (end !== text.indexOf(NEWLINE, start)) return undefined;
      start = end + 1;
    }
    return table;
  } catch (error) {
    if (error instanceof BrokenFrameError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The one value that a text holds, as an entry. */
export function readEntry(text: Buffer): PageEntry {
  const line = onOneLine(text.subarray(0, endOfValue(text, 0)));
  const table = new EntryTable(line, 1);
  new EntryReader(line, table).read(0);
  return table.toEntries()[0] as PageEntry;
}

/**
 * Adds the entries of a text to a table, a row each.
 *
 * Without a function for each member: V8 compiles the scan anew for each that it meets.
 */
class EntryReader {
  readonly #text: Buffer;
  readonly #table: EntryTable;
  readonly #isReadable: boolean;
  #idStart = 0;
  #idEnd = 0;
  #dateCreate = Number.NaN;

  constructor(text: Buffer, table: EntryTable) {
    this.#text = text;
    this.#table = table;
    this.#isReadable = isUtf8(text);
  }

  /**
   * @param start - where an entry begins
   * @returns the offset after it
   */
  read(start: number): number {
    const text = this.#text;
    this.#idStart = 0;
    this.#idEnd = 0;
    this.#dateCreate = Number.NaN;
    const end = text[start] === OPEN_BRACE ? this.#readMembers(start) : endOfValue(text, start);
    // What is not UTF-8 is no JSON text, whatever can be read in it.
    const isText = this.#isReadable || isUtf8(text.subarray(start, end));
    this.#table.add(start, end, isText ? this.#dateCreate : Number.NaN);
    if (isText && this.#idEnd > 0) {
      this.#table.setId(this.#idStart, this.#idEnd);
    }
    return end;
  }

  #readMembers(start: number): number {
    const text = this.#text;
    let position = skipSpace(text, start + 1);
    if (text[position] === CLOSE_BRACE) {
      return position + 1;
    }
    for (;;) {
      const at = startOfMember(text, position);
      const end = endOfValue(text, at);
      if (isName(text, position, ID)) {
        // A string that is not empty.
        const isUsable = text[at] === QUOTE && end - at > 2;
        this.#idStart = isUsable ? at + 1 : 0;
        this.#idEnd = isUsable ? end - 1 : 0;
      } else if (isName(text, position, DATE_CREATE)) {
        this.#dateCreate = dateAt(text, at, end);
      }
      position = skipSpace(text, end);
      if (text[position] === CLOSE_BRACE) {
        return position + 1;
      }
      position = startOfNext(text, position);
    }
  }
}

/** Seconds up to the year 2286: ten digits, as in an object's key. NaN for anything else. */
function dateAt(text: Buffer, at: number, end: number): number {
  if (end - at === 10) {
    let seconds = 0;
    for (let place = at; place < end; place += 1) {
      const digit = (text[place] as number) - ZERO;
      seconds = digit >= 0 && digit <= 9 ? 10 * seconds + digit : Number.NaN;
    }
    if (!Number.isNaN(seconds)) {
      return seconds;
    }
  }
  // NaN for any value but a number: each of them begins with a byte that no number has.
  const value = text[at] === QUOTE ? Number.NaN : Number(text.toString("latin1", at, end));
  return Number.isSafeInteger(value) && value >= 0 && value < 1e10 ? value : Number.NaN;
}

/**
 * A raw line break in JSON is only found between tokens, and so are the spaces
 * that touch it. The lookbehind keeps this linear: a run of spaces is tried once.
 *
 * @returns the text itself when it has none
 */
function onOneLine(text: Buffer): Buffer {
  return text.includes("\n") || text.includes("\r")
    ? Buffer.from(
        text.toString("latin1").replace(/(?<![ \t])[ \t]*[\r\n][ \t\r\n]*/g, ""),
        "latin1",
      )
    : text;
}

function nextCursorOf(metadata: unknown): string | undefined {
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

export function isPage(value: unknown): value is { entries: unknown[] } {
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
