import type { ByteText } from "./byte-text.ts";
import { type Members, membersOf } from "./members.ts";
import { countMembers, withoutEscapes } from "./parse-line.ts";
import { Slot } from "./slots.ts";

/** Of what is longer, or has more values, hardly two lines are alike. */
const LINE_LENGTH_MAX = 4096;
const CONSTANT_LENGTH_MAX = 512;
export const SLOTS_MAX = 100;

/** A text, with the colon after it where it is a name; a number; brackets and words of JSON. */
const TOKEN = /"((?:[^"\\]|\\.)*)"(\s*:)?|-?\d[\d.eE+-]*|[^"\d-]+/g;

/** JSON has none in texts, and they are in no text of an event as they are. */
const CONTROL = /[^ -\uffff]/;

/** Of whole numbers that a double holds. With more it may not: an entry then has the digits as a text. */
export const DIGITS_MAX = 15;
export const LONG_DIGITS_MAX = 30;

/** As JSON writes them. */
const INTEGER = new RegExp(`^(?:0|-?[1-9]\\d{0,${DIGITS_MAX - 1}})$`);
const LONG_INTEGER = new RegExp(`^[1-9]\\d{${DIGITS_MAX},${LONG_DIGITS_MAX - 1}}$`);

/** What stands in a line where a slot is: digits are of a long number. */
export type SlotKind = "text" | "number" | "digits";

/** What lines have in common that differ in nothing but their texts and numbers. */
export interface LineShape {
  /** Before each slot, and after the last: one more than slots. Byte texts. */
  constants: readonly string[];
  kinds: readonly SlotKind[];
  /** The entry, with slots. */
  entry: Members;
}

/**
 * @param line - JSON, which is known to be right
 * @param entry - what was parsed from it: its values become slots
 * @returns nothing when the line is an unusual one, whose names and values are not one after the other those of the entry
 */
export function shapeOf(line: ByteText, entry: Members): LineShape | undefined {
  if (line.length > LINE_LENGTH_MAX || CONTROL.test(line)) return undefined;
  const constants: string[] = [];
  const kinds: SlotKind[] = [];
  const found: (string | undefined)[] = [];
  let constant = "";
  let names = 0;
  for (const [token, text, colon] of line.matchAll(TOKEN)) {
    const isName = colon !== undefined;
    // JavaScript has members whose names are numbers before all others.
    if (isName && (token.includes("\\") || /^\d+$/.test(text ?? ""))) return undefined;
    if (isName) names += 1;
    const kind = text === undefined ? kindOf(token) : "text";
    if (kind === undefined) return undefined;
    if (isName || text === "" || kind === "constant") {
      constant += token; // An empty text is a part of the shape.
    } else {
      constants.push(kind === "text" ? `${constant}"` : constant);
      constant = kind === "text" ? '"' : "";
      kinds.push(kind);
      found.push(text === undefined ? token : readText(text));
    }
  }
  constants.push(constant);
  if (found.length > SLOTS_MAX) return undefined;
  if (constants.some(({ length }) => length > CONSTANT_LENGTH_MAX)) return undefined;
  const values = leavesOf(entry);
  const isSame =
    names === countMembers(entry) &&
    values.length === found.length &&
    values.every(
      (value, at) =>
        String(value) === found[at] && (typeof value === "number") === (kinds[at] === "number"),
    );
  if (!isSame) return undefined;
  const slots = values.map((value, at) => new Slot(at, typeof value === "number", String(value)));
  return { constants, kinds, entry: withSlots(entry, slots.values()) as Members };
}

/** Texts that are not empty, and numbers, in their order. */
function leavesOf(value: unknown): (string | number)[] {
  if (isLeaf(value)) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

function isLeaf(value: unknown): value is string | number {
  return typeof value === "number" || (typeof value === "string" && value !== "");
}

/** The same, with the next slot in the place of each leaf. */
function withSlots(value: unknown, slots: Iterator<Slot>): unknown {
  if (isLeaf(value)) return slots.next().value;
  if (Array.isArray(value)) return value.map((item) => withSlots(item, slots));
  const members = membersOf(value);
  if (members === undefined) return value;
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, withSlots(member, slots)]),
  );
}

/** @returns nothing for a number that is written in an unusual way */
function kindOf(token: string): SlotKind | "constant" | undefined {
  if (!/^[\d-]/.test(token)) return "constant";
  if (INTEGER.test(token)) return "number";
  return LONG_INTEGER.test(token) ? "digits" : undefined;
}

/**
 * What a text of JSON stands for, as a byte text.
 *
 * @param text - without its quotes
 * @returns nothing when it is none, or has a surrogate by itself, which some readers replace
 */
export function readText(text: string): string | undefined {
  if (!text.includes("\\")) return text;
  try {
    const value: string = JSON.parse(withoutEscapes(`"${text}"`));
    return value.isWellFormed() ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
