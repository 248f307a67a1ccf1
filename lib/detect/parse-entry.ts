import { endOfValue, isSpace, skipSpace } from "../slack/json-value.ts";
import { nameAt, walkElements, walkMembers } from "../slack/raw-json.ts";
import type { AuditLogEntry } from "../slack/types.ts";
import { END_OF_TIME } from "../time.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const CLOSE_BRACE = 0x7d;

/**
 * Slack's entries have 7 levels at most. What is nested deeper is left out, since a
 * text of 16 KB can have 8,000 levels, more than a recursive function can walk.
 */
const MAX_LEVELS = 64;

/**
 * Of members with one name the first counts, as for Athena and DuckDB, so that a rule
 * and a query see the same entry.
 *
 * @returns the entry, or what is wrong with the line
 * @see https://github.com/trinodb/trino/blob/03d8e5abc686c5c4a9f96ca14db07e2aed880174/core/trino-main/src/main/java/io/trino/operator/scalar/JsonExtract.java
 */
export function parseEntry(line: string): AuditLogEntry | string {
  let value: Partial<AuditLogEntry> | null;
  try {
    value = JSON.parse(line);
  } catch {
    return "not JSON";
  }
  if (typeof value === "object" && value !== null) {
    const members = cutBelow(value, MAX_LEVELS);
    if (members !== membersAtMost(line)) {
      value = readFirst(Buffer.from(line), MAX_LEVELS) as Partial<AuditLogEntry>;
    }
  }
  if (typeof value !== "object" || value === null || typeof value.id !== "string") {
    return "not an object with an id";
  }
  if (!Number.isSafeInteger(value.date_create)) {
    return "its date_create is not an integer";
  }
  if (Number(value.date_create) < 0 || Number(value.date_create) >= END_OF_TIME) {
    return "its date_create is not between 1970 and 2286"; // what keys of objects hold
  }
  return value as AuditLogEntry;
}

/** The entry of a line that is known to be one. */
export function parseAgain(line: string): AuditLogEntry {
  const entry = parseEntry(line);
  if (typeof entry === "string") throw new Error(`an entry that was read is ${entry}`);
  return entry;
}

export interface EntryHead {
  /** Epoch seconds. */
  dateCreate: number;
  action: string;
}

/** How a line of Slack's begins; what is written in another way is no reason not to parse it. */
const BEFORE_ID = Buffer.from('{"id":"');
const BEFORE_DATE_CREATE = Buffer.from('","date_create":');
const BEFORE_ACTION = Buffer.from(',"action":"');
const HEAD_BYTES_MAX = 256;
const DATE_DIGITS_MAX = 12;

/**
 * The time and the action of an entry, without parsing it.
 *
 * @returns nothing when the line does not begin as Slack's do: then only {@link parseEntry} tells
 */
export function readHead(line: Buffer): EntryHead | undefined {
  // Of members with one name the first counts, and these are the first.
  const idStart = BEFORE_ID.length;
  if (!hasAt(line, BEFORE_ID, 0)) return undefined;
  const idEnd = endOfPlainText(line, idStart);
  if (idEnd === idStart || !hasAt(line, BEFORE_DATE_CREATE, idEnd)) return undefined;
  const dateStart = idEnd + BEFORE_DATE_CREATE.length;
  let dateCreate = 0;
  let at = dateStart;
  while (at < dateStart + DATE_DIGITS_MAX && isDigit(line[at] as number)) {
    dateCreate = 10 * dateCreate + (line[at] as number) - ZERO;
    at += 1;
  }
  if (at === dateStart || dateCreate >= END_OF_TIME) return undefined;
  if (!hasAt(line, BEFORE_ACTION, at)) return undefined;
  const actionStart = at + BEFORE_ACTION.length;
  const actionEnd = endOfPlainText(line, actionStart);
  const after = line[actionEnd + 1];
  if (actionEnd === actionStart || (after !== COMMA && after !== CLOSE_BRACE)) return undefined;
  return { dateCreate, action: line.toString("latin1", actionStart, actionEnd) };
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

function hasAt(line: Buffer, expected: Buffer, at: number): boolean {
  for (let index = 0; index < expected.length; index += 1) {
    if (line[at + index] !== expected[index]) return false;
  }
  return true;
}

/** @returns the offset of the quote after a text in printable ASCII without escapes; `at` when it is another */
function endOfPlainText(line: Buffer, at: number): number {
  let end = at;
  const last = Math.min(line.length, HEAD_BYTES_MAX);
  while (end < last) {
    const byte = line[end] as number;
    if (byte === QUOTE) return end;
    if (byte <= 0x20 || byte >= 0x7f || byte === BACKSLASH) return at;
    end += 1;
  }
  return at;
}

/**
 * Take out of an object what is nested deeper than a number of levels.
 *
 * @returns members that are left, those of nested objects included
 */
function cutBelow(parent: object, levels: number): number {
  // By name, one after the other, takes three times as long.
  const values: unknown[] = Array.isArray(parent) ? parent : Object.values(parent);
  let members = values === parent ? 0 : values.length;
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue;
    if (levels === 1) {
      dropNested(parent);
      break;
    }
    members += cutBelow(value, levels - 1);
  }
  return members;
}

function dropNested(parent: object): void {
  for (const [name, value] of Object.entries(parent)) {
    // Assigning to `__proto__` would not replace it.
    if (typeof value === "object" && value !== null) Reflect.deleteProperty(parent, name);
  }
}

/** Colons that follow a quote: each member has one, and some texts have more. */
function membersAtMost(line: string): number {
  let count = 0;
  for (let at = line.indexOf(":"); at >= 0; at = line.indexOf(":", at + 1)) {
    let before = at - 1;
    while (isSpace(line.charCodeAt(before))) before -= 1;
    if (line.charCodeAt(before) === QUOTE) count += 1;
  }
  return count;
}

/** A value of JSON that is known to be right; `JSON.parse` takes the last of members with one name. */
function readFirst(text: Buffer, levels: number, start = 0): unknown {
  const at = skipSpace(text, start);
  const end = endOfValue(text, at);
  switch (text.toString("latin1", at, at + 1)) {
    case "{": {
      const members = new Map<string, unknown>();
      walkMembers(text, at, (nameStart, value) => {
        const name = nameAt(text, nameStart);
        if (!members.has(name) && (levels > 1 || isScalar(text, value))) {
          members.set(name, readFirst(text, levels - 1, value));
        }
        return endOfValue(text, value);
      });
      return Object.fromEntries(members);
    }
    case "[": {
      const items: unknown[] = [];
      walkElements(text, at, (value) => {
        if (levels > 1 || isScalar(text, value)) items.push(readFirst(text, levels - 1, value));
        return endOfValue(text, value);
      });
      return items;
    }
    default:
      return JSON.parse(text.toString("utf8", at, end));
  }
}

function isScalar(text: Buffer, at: number): boolean {
  return !"{[".includes(text.toString("latin1", at, at + 1));
}
