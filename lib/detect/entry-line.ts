import { BrokenFrameError, endOfValue, skipSpace, startOfNext } from "../slack/json-value.ts";
import type { AuditLogEntry } from "../slack/types.ts";
import { type EntryHead, parseAgain } from "./parse-entry.ts";

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Members of a line that are found without parsing it; the longest of Slack's have a hundred. */
const MEMBERS_MAX = 512;
/** Objects within objects whose members are. */
const LEVELS_MAX = 8;

/**
 * Of each member of the line that was read last, in the order of the text: where its name and
 * its value begin and end, and the index of the next member that is not within it. One for all
 * lines: the next is read when the rules are done with the one before.
 */
const nameStarts = new Int32Array(MEMBERS_MAX);
const nameEnds = new Int32Array(MEMBERS_MAX);
const valueStarts = new Int32Array(MEMBERS_MAX);
const valueEnds = new Int32Array(MEMBERS_MAX);
const nexts = new Int32Array(MEMBERS_MAX);
/** The texts that were asked for: several rules ask who did it. */
const texts: (string | undefined)[] = Array(MEMBERS_MAX).fill(undefined);
let count = 0;
let lastRead: EntryLine | undefined;

/**
 * An entry of which only the fields that are asked for are made from its line: most rules
 * read a few, and most entries match none. To parse all of it takes four times as long.
 *
 * It says what `parseEntry` says: of members with one name the first counts.
 */
export class EntryLine {
  readonly date_create: number;
  readonly action: string;
  readonly #line: Buffer;
  #whole: AuditLogEntry | undefined;

  private constructor(line: Buffer, { dateCreate, action }: EntryHead) {
    this.#line = line;
    this.date_create = dateCreate;
    this.action = action;
  }

  /**
   * @param head - of the line
   * @returns nothing when only `parseEntry` tells what it says, or what is wrong with it
   */
  static read(line: Buffer, head: EntryHead): AuditLogEntry | undefined {
    const entry = new EntryLine(line, head);
    return entry.#findMembers() ? (entry as EntryLine & AuditLogEntry) : undefined;
  }

  get id(): unknown {
    return this.valueAt(["id"]);
  }

  get actor(): unknown {
    return this.whole().actor;
  }

  get entity(): unknown {
    return this.whole().entity;
  }

  get context(): unknown {
    return this.whole().context;
  }

  get details(): unknown {
    return this.whole().details;
  }

  /** The same as a plain object. */
  whole(): AuditLogEntry {
    this.#whole ??= parseAgain(this.#line.toString());
    return this.#whole;
  }

  /** @param path - names in ASCII */
  valueAt(path: readonly string[]): unknown {
    if (lastRead !== this) this.#findMembers();
    const line = this.#line;
    let member = -1;
    let end = count;
    for (let level = 0; level < path.length; level += 1) {
      if (level > 0) {
        const opening = line[valueStarts[member] as number];
        if (opening === OPEN_BRACKET || level === LEVELS_MAX) return valueAt(this.whole(), path);
        if (opening !== OPEN_BRACE) return undefined;
        end = nexts[member] as number;
      }
      member = memberNamed(line, path[level] as string, member + 1, end);
      if (member < 0) return undefined;
    }
    const valueStart = valueStarts[member] as number;
    const valueEnd = valueEnds[member] as number;
    switch (line[valueStart]) {
      case QUOTE:
        texts[member] ??= textOf(line, valueStart, valueEnd);
        return texts[member];
      case OPEN_BRACE:
      case OPEN_BRACKET:
        return valueAt(this.whole(), path);
      default:
        return JSON.parse(line.toString("latin1", valueStart, valueEnd));
    }
  }

  #findMembers(): boolean {
    const line = this.#line;
    lastRead = this;
    texts.fill(undefined, 0, count);
    count = 0;
    try {
      return skipSpace(line, findMembers(line, 0, 1)) === line.length;
    } catch (error) {
      if (error instanceof BrokenFrameError) return false;
      throw error;
    }
  }
}

/** The same entry as a plain object, which can be copied and kept. */
export function wholeEntry(entry: AuditLogEntry): AuditLogEntry {
  return entry instanceof EntryLine ? entry.whole() : entry;
}

/**
 * The value at a path of field names; nothing when a part of the path is not an object.
 *
 * @param path - in an entry, names in ASCII
 */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  if (value instanceof EntryLine) return value.valueAt(path);
  let current = value;
  for (const field of path) {
    if (typeof current !== "object" || current === null) return undefined;
    if (!Object.hasOwn(current, field)) return undefined;
    current = (current as Record<string, unknown>)[field];
  }
  return current;
}

/**
 * Take down the members of the object at `at`, and of those within it. To do it with
 * `walkMembers`, which calls a function for each member, takes a quarter longer.
 *
 * @returns the offset after it
 * @throws {BrokenFrameError} when it is not JSON, or has names with escapes or too many members
 */
function findMembers(line: Buffer, at: number, level: number): number {
  let position = skipSpace(line, at + 1);
  if (line[position] === CLOSE_BRACE) return position + 1;
  for (;;) {
    const member = count;
    if (line[position] !== QUOTE || member === MEMBERS_MAX) throw new BrokenFrameError();
    count += 1;
    const nameEnd = endOfPlainName(line, position + 1);
    nameStarts[member] = position + 1;
    nameEnds[member] = nameEnd;
    position = skipSpace(line, nameEnd + 1);
    if (line[position] !== COLON) throw new BrokenFrameError();
    position = skipSpace(line, position + 1);
    valueStarts[member] = position;
    position =
      line[position] === OPEN_BRACE && level < LEVELS_MAX
        ? findMembers(line, position, level + 1)
        : endOfValue(line, position);
    valueEnds[member] = position;
    nexts[member] = count;
    position = skipSpace(line, position);
    if (line[position] === CLOSE_BRACE) return position + 1;
    position = startOfNext(line, position);
  }
}

/** @returns the offset of the quote after the name that begins at `at` */
function endOfPlainName(line: Buffer, at: number): number {
  let position = at;
  // At the end of the line, there is no byte, and none of this holds.
  let byte = line[position] as number;
  while (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) {
    position += 1;
    byte = line[position] as number;
  }
  if (byte !== QUOTE) throw new BrokenFrameError();
  return position;
}

/** @returns the first of the members next to each other with this name; -1 when there is none */
function memberNamed(line: Buffer, name: string, first: number, end: number): number {
  const { length } = name;
  for (let member = first; member < end; member = nexts[member] as number) {
    const start = nameStarts[member] as number;
    if ((nameEnds[member] as number) - start !== length) continue;
    let index = 0;
    while (index < length && line[start + index] === name.charCodeAt(index)) index += 1;
    if (index === length) return member;
  }
  return -1;
}

/** The text of the JSON string at an offset. */
function textOf(line: Buffer, start: number, end: number): string {
  let isAscii = true;
  for (let position = start + 1; position < end - 1; position += 1) {
    const byte = line[position] as number;
    if (byte === BACKSLASH) return JSON.parse(line.toString("utf8", start, end));
    if (byte >= 0x80) isAscii = false;
  }
  return line.toString(isAscii ? "latin1" : "utf8", start + 1, end - 1);
}
