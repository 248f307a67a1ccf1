import { endOfValue, isSpace, skipSpace } from "../slack/json-value.ts";
import { nameAt, walkElements, walkMembers } from "../slack/raw-json.ts";
import { type ByteText, fromByteText, toByteText, toByteTexts } from "./byte-text.ts";
import { type Members, membersOf } from "./members.ts";

/**
 * Slack's entries have 7 levels at most. What is nested deeper becomes its JSON text: validators
 * and readers of OCSF walk an event by recursion.
 */
const LEVELS_MAX = 32;

/** A pair is one character. */
const ESCAPES = /\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u(?!00[0-7])[\da-f]{4}|\\./gi;

/** In a name of a member, or in something that looks like one. */
const ESCAPED_NAME = /\\.[^"\\]*"\s*:/;

/** JSON with bytes instead of escapes of slashes and of what is beyond ASCII, which JSON.parse would make units of UTF-16. */
export function withoutEscapes(json: string): string {
  return json.replace(ESCAPES, (text) => {
    if (text === "\\/") return "/";
    return text.length === 2
      ? text
      : toByteText(JSON.stringify(JSON.parse(`"${text}"`)).slice(1, -1));
  });
}

/** With so many characters, or an exponent, a double may lose digits of a number, or not hold it. */
const LONG_NUMBER_CHARACTERS = 16;

/**
 * Read a line of the archive, whatever it holds. Of members with one name the first counts, as
 * for SQL and for rules; a number that a double does not hold becomes its text.
 *
 * @returns an object of its own, of byte texts, to be taken apart; nothing when the line is not a JSON object
 */
export function parseLine(line: ByteText): Members | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line.includes("\\u") ? withoutEscapes(line) : line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const entry = membersOf(value);
  if (entry === undefined) return undefined;
  const isPlain = countMembers(entry) === plainMembersAtMost(line) && !ESCAPED_NAME.test(line); // V8 13.6 may take such a name for another that it has met.
  if (isPlain) return entry;
  return membersOf(toByteTexts(readExactly(Buffer.from(fromByteText(line)), LEVELS_MAX)));
}

/** @returns members, those of nested objects included; NaN when it has more levels, or a number in an array */
export function countMembers(parent: object, levels = LEVELS_MAX): number {
  if (levels === 0) return Number.NaN;
  let members = 0;
  if (Array.isArray(parent)) {
    for (const item of parent) {
      if (typeof item === "number") return Number.NaN;
      if (typeof item === "object" && item !== null) members += countMembers(item, levels - 1);
    }
    return members;
  }
  for (const name in parent) {
    const value = (parent as Members)[name];
    members += 1;
    if (typeof value === "object" && value !== null) members += countMembers(value, levels - 1);
  }
  return members;
}

const QUOTE = 0x22;

/**
 * Colons that follow a quote: each member has one, and some texts have more.
 *
 * @returns infinity when a number follows that a double may not hold
 */
function plainMembersAtMost(line: string): number {
  let count = 0;
  for (let at = line.indexOf(":"); at >= 0; at = line.indexOf(":", at + 1)) {
    let before = at - 1;
    while (isSpace(line.charCodeAt(before))) before -= 1;
    if (line.charCodeAt(before) !== QUOTE) continue;
    count += 1;
    if (isLongNumber(line, at + 1)) return Number.POSITIVE_INFINITY;
  }
  return count;
}

function isLongNumber(line: string, from: number): boolean {
  let start = from;
  while (isSpace(line.charCodeAt(start))) start += 1;
  let end = start;
  for (;;) {
    const code = line.charCodeAt(end);
    const isPartOfNumber = (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e;
    if (!isPartOfNumber) return end > start && (code === 0x45 || code === 0x65);
    end += 1;
    if (end - start === LONG_NUMBER_CHARACTERS) return true;
  }
}

/** A value of JSON that is known to be right. */
function readExactly(text: Buffer, levels: number, start = 0): unknown {
  const at = skipSpace(text, start);
  const end = endOfValue(text, at);
  const source = text.toString("utf8", at, end);
  const isNested = source.startsWith("{") || source.startsWith("[");
  if (isNested && levels === 0) return source;
  if (source.startsWith("{")) {
    const members = new Map<string, unknown>();
    walkMembers(text, at, (nameStart, value) => {
      const name = nameAt(text, nameStart);
      if (!members.has(name)) members.set(name, readExactly(text, levels - 1, value));
      return endOfValue(text, value);
    });
    return Object.fromEntries(members);
  }
  if (source.startsWith("[")) {
    const items: unknown[] = [];
    walkElements(text, at, (value) => {
      items.push(readExactly(text, levels - 1, value));
      return endOfValue(text, value);
    });
    return items;
  }
  const value: unknown = JSON.parse(source);
  return typeof value === "number" && !isExact(value, source) ? source : value;
}

/** Fifteen digits go into a double and come back. */
function isExact(value: number, source: string): boolean {
  const digits = source.replace(/[eE].*$/, "").replace(/^-?0*\.?0*|\D/g, "");
  return Number.isFinite(value) && (digits.length <= 15 || String(value) === source);
}
