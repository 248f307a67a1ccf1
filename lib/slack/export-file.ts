import type { PageEntry } from "./entry-table.ts";
import { SlackAuditError } from "./errors.ts";
import { BrokenFrameError, endOfValue, skipSpace } from "./json-value.ts";
import { isArrayAt, isObject, isPage, readEntry, readFrame, toBuffer } from "./page.ts";
import { nameAt, walkElements, walkMembers } from "./raw-json.ts";

/** How deep inside arrays and objects entries are looked for; no known export goes past three. */
const MAX_DEPTH = 32;

/** A file that is not an export of audit log entries. */
export class ExportError extends SlackAuditError {
  override readonly name = "ExportError";
  override readonly code = "export_error";
  override readonly retryable = false;
}

/**
 * Find the entries in an export: a page body, an entry, an array of either, an
 * object that holds them under other names, or several of these one after another,
 * as in NDJSON.
 *
 * Whatever stands alone among several or in the outermost array and is none of
 * these is given back as an entry without an id, so that nothing is left out.
 *
 * @returns the entries in the order of the file
 * @throws {ExportError} when something in it is not JSON, or when there is no entry at all
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
    return found.length === 0 && standAlone && !isPage(parsed) ? [readEntry(text)] : found;
  });
  if (entries.length === 0 && pages === 0) {
    throw new ExportError("there is no audit log entry in it");
  }
  return entries;
}

/** @param text - of the value alone */
function findEntries(text: Buffer, parsed: unknown, depth = 0): PageEntry[] {
  if (depth > MAX_DEPTH) {
    return [];
  }
  if (Array.isArray(parsed)) {
    return elementsOf(text).flatMap((element, i) => findEntries(element, parsed[i], depth + 1));
  }
  if (!isObject(parsed)) {
    return [];
  }
  if (isPage(parsed)) {
    return readFrame(text).entries.toEntries();
  }
  if ("date_create" in parsed || "action" in parsed) {
    return [readEntry(text)];
  }
  const found: PageEntry[] = [];
  walkMembers(text, 0, (name, start) => {
    const end = endOfValue(text, start);
    found.push(...findEntries(text.subarray(start, end), parsed[nameAt(text, name)], depth + 1));
    return end;
  });
  return found;
}

/** The values that the file holds one after another, usually one a line; without space around them. */
function splitDocuments(file: Buffer): Buffer[] {
  const documents: Buffer[] = [];
  for (let start = startOfDocument(file, 0); start < file.length; ) {
    const end = endOfDocument(file, start);
    documents.push(file.subarray(start, end));
    start = startOfDocument(file, end);
  }
  return documents;
}

const BYTE_ORDER_MARK = Buffer.from("\ufeff");

/** Some programs put a byte order mark before each file, and files are put together. */
function startOfDocument(file: Buffer, at: number): number {
  const start = skipSpace(file, at);
  return file.indexOf(BYTE_ORDER_MARK, start) === start
    ? skipSpace(file, start + BYTE_ORDER_MARK.length)
    : start;
}

/** @throws {ExportError} when what begins at `start` is not JSON */
function endOfDocument(file: Buffer, start: number): number {
  try {
    return endOfValue(file, start);
  } catch (error) {
    if (!(error instanceof BrokenFrameError)) throw error;
    const line = file.subarray(0, start).toString("latin1").split("\n").length;
    throw new ExportError(`what begins in line ${line} is not JSON`);
  }
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
