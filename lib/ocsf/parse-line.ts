import { membersAtMost } from "../detect/parse-entry.ts";
import { endOfValue, skipSpace } from "../slack/json-value.ts";
import { nameAt, walkElements, walkMembers } from "../slack/raw-json.ts";
import { type Members, membersOf } from "./members.ts";

/**
 * Slack's entries have 7 levels at most. What is nested deeper becomes its JSON text: validators
 * and readers of OCSF walk an event by recursion.
 */
const LEVELS_MAX = 32;

/** A number that may lose digits as a double, or not fit into one. */
const LONG_NUMBER = /[:,[]\s*-?(?:[\d.]{16}|[\d.]+[eE])/;

/**
 * Read a line of the archive, whatever it holds. Of members with one name the first counts, as
 * for SQL and for rules; a number that a double does not hold becomes its text.
 *
 * @returns an object of its own, to be taken apart; nothing when the line is not a JSON object
 */
export function parseLine(line: string): Members | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const entry = membersOf(value);
  if (entry === undefined) return undefined;
  const isPlain =
    !LONG_NUMBER.test(line) && countMembers(entry, LEVELS_MAX) === membersAtMost(line);
  return isPlain ? entry : membersOf(readExactly(Buffer.from(line), LEVELS_MAX));
}

/** @returns members, those of nested objects included; NaN when it has more levels */
function countMembers(parent: object, levels: number): number {
  if (levels === 0) return Number.NaN;
  const values = Object.values(parent);
  let members = Array.isArray(parent) ? 0 : values.length;
  for (const value of values) {
    if (typeof value === "object" && value !== null) members += countMembers(value, levels - 1);
  }
  return members;
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
