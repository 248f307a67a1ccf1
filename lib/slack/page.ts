import { isUtf8 } from "node:buffer";
import { SlackAuditError, SlackBodyError } from "./errors.ts";
import { parseJson } from "./json-body.ts";
import { hasLineBreak, onOneLine } from "./one-line.ts";
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

/** A file that is not an export of audit log entries. */
export class ExportError extends SlackAuditError {
  override readonly name = "ExportError";
  override readonly code = "export_error";
  override readonly retryable = false;
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
function readFrame(text: Buffer): Page<PageEntry> {
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
 * Find the entries in an export: a page body, an entry, an array of either, an
 * object that holds them under other names, or any of these one a line (NDJSON).
 *
 * Whatever stands alone on a line or in the outermost array and is none of
 * these is given back as an entry without an id, so that nothing is left out.
 *
 * @returns the entries in the order of the file
 * @throws {ExportError} when a line is not JSON, or when there is no entry at all
 */
export function parseExport(file: Uint8Array): PageEntry[] {
  const documents = splitDocuments(toBuffer(file));
  const isOneArray = documents.length === 1 && documents.every((text) => isArrayAt(text, 0));
  const values = isOneArray ? documents.flatMap(elementsOf) : documents;
  const standAlone = isOneArray || documents.length > 1;
  let pages = 0;
  const entries = values.flatMap((text) => {
    const parsed: unknown = JSON.parse(text.toString());
    const found = findEntries(text, parsed);
    pages += isPage(parsed) ? 1 : 0;
    return found.length === 0 && standAlone && !isPage(parsed)
      ? [new PageEntry(onOneLine(text), parsed)]
      : found;
  });
  if (entries.length === 0 && pages === 0) {
    throw new ExportError("there is no audit log entry in it");
  }
  return entries;
}

/** @param text - of the value alone */
function findEntries(text: Buffer, parsed: unknown): PageEntry[] {
  if (Array.isArray(parsed)) {
    return elementsOf(text).flatMap((element, i) => findEntries(element, parsed[i]));
  }
  if (!isObject(parsed)) {
    return [];
  }
  if (isPage(parsed)) {
    return readFrame(text).entries;
  }
  if ("date_create" in parsed || "action" in parsed) {
    return [new PageEntry(onOneLine(text), isUtf8(text) ? parsed : undefined)];
  }
  const found: PageEntry[] = [];
  walkMembers(text, 0, (name, start) => {
    const end = endOfValue(text, start);
    found.push(...findEntries(text.subarray(start, end), parsed[name]));
    return end;
  });
  return found;
}

/** The file's one value, or its lines; without space around them, all of them JSON. */
function splitDocuments(file: Buffer): Buffer[] {
  if (isJson(file)) {
    return [trim(file)];
  }
  const documents: Buffer[] = [];
  for (let start = 0, line = 1; start < file.length; line++) {
    const lineBreak = file.indexOf("\n", start);
    const end = lineBreak === -1 ? file.length : lineBreak;
    const document = trim(file.subarray(start, end));
    if (document.length > 0 && !isJson(document)) {
      throw new ExportError(`line ${line} is not JSON`);
    }
    documents.push(...(document.length > 0 ? [document] : []));
    start = end + 1;
  }
  return documents;
}

function elementsOf(text: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  walkElements(text, 0, (start) => {
    const end = endOfValue(text, start);
    elements.push(text.subarray(start, end));
    return end;
  });
  return elements;
}

function trim(text: Buffer): Buffer {
  const start = skipSpace(text, 0);
  let end = text.length;
  while (end > start && skipSpace(text, end - 1) !== end - 1) {
    end -= 1;
  }
  return text.subarray(start, end);
}

function isJson(text: Buffer): boolean {
  try {
    JSON.parse(text.toString());
    return true;
  } catch {
    return false;
  }
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

function isPage<Entry = unknown>(value: unknown): value is Page<Entry> {
  return isObject(value) && Array.isArray(value.entries);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isArrayAt(text: Buffer, at: number): boolean {
  return text[at] === 0x5b;
}

/** Seconds up to the year 2286: ten digits, as in an object's key. */
function isUsableDate(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 1e10;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
