import { SlackAuditError, SlackBodyError } from "./errors.ts";
import { parseJson } from "./json-body.ts";
import { cutElements, cutMembers, type Slice, skipSpace } from "./raw-json.ts";
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

  constructor(bytes: Uint8Array, parsed: unknown) {
    this.bytes = bytes;
    const { id, date_create } = isObject(parsed) ? parsed : {};
    this.id = typeof id === "string" && id !== "" ? (isAscii(id) ? id : this.value.id) : undefined;
    this.dateCreate = isUsableDate(date_create) ? date_create : undefined;
  }

  /** `bytes` as a string. */
  get text(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString();
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
export interface LogsPage {
  /** Newest first, as Slack lists them; may be empty although more pages follow. */
  entries: PageEntry[];
  /** Where the next page begins; absent on the last. */
  nextCursor: string | undefined;
  /** Size of the body, uncompressed. */
  bodyBytes: number;
}

/**
 * Read the body of a `/logs` answer.
 *
 * @param body - UTF-8 JSON; the page keeps views on it, so it must not change afterwards
 * @throws {SlackBodyError} when the body is not JSON, or not a page of entries
 */
export function parseLogsPage(body: Uint8Array): LogsPage {
  const { text, parsed } = parseBody(body);
  if (!isPage(parsed)) {
    throw new SlackBodyError(
      "wrong_shape",
      'a page of /logs has an array "entries"; this has none',
    );
  }
  return {
    entries: pageEntries(body, text, { start: skipSpace(text, 0), end: text.length }, parsed),
    nextCursor: nextCursorOf(parsed),
    bodyBytes: body.byteLength,
  };
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
  const { text, documents } = parseDocuments(file);
  const entries = documents.flatMap(({ parsed, ...slice }) => {
    const isOutermostArray = documents.length === 1 && Array.isArray(parsed);
    const values = isOutermostArray
      ? cutElements(text, slice.start).map((element, i) => ({ ...element, parsed: parsed[i] }))
      : [{ ...slice, parsed }];
    return values.flatMap((value) => {
      const found = findEntries(file, text, value, value.parsed);
      const standsAlone = isOutermostArray || documents.length > 1;
      return found.length === 0 && standsAlone && !isPage(value.parsed)
        ? [new PageEntry(oneLine(file, text, value), value.parsed)]
        : found;
    });
  });
  if (entries.length === 0 && !documents.some(({ parsed }) => isPage(parsed))) {
    throw new ExportError("there is no audit log entry in it");
  }
  return entries;
}

function findEntries(body: Uint8Array, text: string, slice: Slice, parsed: unknown): PageEntry[] {
  if (Array.isArray(parsed)) {
    return cutElements(text, slice.start).flatMap((element, i) =>
      findEntries(body, text, element, parsed[i]),
    );
  }
  if (!isObject(parsed)) {
    return [];
  }
  if (isPage(parsed)) {
    return pageEntries(body, text, slice, parsed);
  }
  if ("date_create" in parsed || "action" in parsed) {
    return [new PageEntry(oneLine(body, text, slice), parsed)];
  }
  return cutMembers(text, slice.start).flatMap((member) =>
    findEntries(body, text, member, parsed[member.name]),
  );
}

function pageEntries(body: Uint8Array, text: string, slice: Slice, page: Page): PageEntry[] {
  // The last member of a name is the one that JSON.parse keeps.
  const member = cutMembers(text, slice.start).findLast(({ name }) => name === "entries");
  if (member === undefined) {
    throw new Error("a parsed page has entries that its text has not");
  }
  const hasLineBreak = text.includes("\n") || text.includes("\r");
  return cutElements(text, member.start).map(
    (element, i) =>
      new PageEntry(
        hasLineBreak ? oneLine(body, text, element) : body.subarray(element.start, element.end),
        page.entries[i],
      ),
  );
}

/** A raw line break in JSON stands between tokens only, and so do the spaces that touch it. */
function oneLine(body: Uint8Array, text: string, { start, end }: Slice): Uint8Array {
  const slice = text.slice(start, end);
  return /[\r\n]/.test(slice)
    ? Buffer.from(slice.replace(/[ \t]*[\r\n][ \t\r\n]*/g, ""), "latin1")
    : body.subarray(start, end);
}

interface Page {
  entries: unknown[];
  response_metadata?: unknown;
}

function nextCursorOf(page: Page): string | undefined {
  const metadata = page.response_metadata;
  const cursor = isObject(metadata) ? metadata.next_cursor : undefined;
  if (cursor === undefined || cursor === null || cursor === "") {
    return undefined;
  }
  if (typeof cursor !== "string") {
    // Taking it for the end of the listing would lose every page behind it.
    throw new SlackBodyError("wrong_shape", `next_cursor is a ${typeof cursor}, not a string`);
  }
  return Buffer.from(cursor, "latin1").toString();
}

function parseBody(body: Uint8Array): { text: string; parsed: unknown } {
  const text = toLatin1(body);
  return { text, parsed: parseJson(text) };
}

interface Document extends Slice {
  parsed: unknown;
}

function parseDocuments(file: Uint8Array): { text: string; documents: Document[] } {
  const text = toLatin1(file);
  const whole = tryParse(text);
  if (whole !== undefined) {
    const document = { start: skipSpace(text, 0), end: text.trimEnd().length, parsed: whole };
    return { text, documents: [document] };
  }
  const documents: Document[] = [];
  let start = 0;
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() !== "") {
      const parsed = tryParse(line);
      if (parsed === undefined) {
        throw new ExportError(`line ${i + 1} is not JSON`);
      }
      const first = skipSpace(text, start);
      documents.push({ start: first, end: start + line.trimEnd().length, parsed });
    }
    start += line.length + 1;
  }
  return { text, documents };
}

/** @returns nothing when the text is not JSON (JSON itself has no `undefined`) */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPage(value: unknown): value is Page {
  return isObject(value) && Array.isArray(value.entries);
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole ASCII range is meant
  return /^[\x00-\x7f]*$/.test(text);
}

/** Seconds up to the year 2286: ten digits, as in an object's key. */
function isUsableDate(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 1e10;
}
