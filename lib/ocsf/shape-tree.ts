import { BYTE_ENCODING } from "./byte-text.ts";
import {
  DIGITS_MAX,
  type LineShape,
  LONG_DIGITS_MAX,
  readText,
  SLOTS_MAX,
  type SlotKind,
} from "./line-shape.ts";
import { type Line, NO_LINE } from "./lines.ts";
import { UNESCAPED, type Values } from "./slots.ts";

const QUOTE = 0x22;
const MINUS = 0x2d;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

/** At one place, compared one after the other. */
const STEPS_MAX = 200;

/** Room for some hundred lines: where their slots are, and values without their escapes. */
const ENDS = 16 * 1024;
const SPACE_BYTES = 256 * 1024;

/** What may stand at a place of a line: a constant, and then a slot or the line's end. */
interface Step<T> {
  constant: Buffer;
  slot: SlotKind | "end";
  next: Step<T>[];
  /** Of a line's end. */
  found?: T;
}

/**
 * Shapes of lines, with something for each. What shapes have in common at their beginnings is
 * compared once; the bytes of a line are looked at one by one, and no text is made of them.
 */
export class ShapeTree<T> implements Values {
  /** The line that was read last, and its values. */
  line = NO_LINE;
  unescaped = Buffer.allocUnsafe(0);
  ends = new Uint32Array(0);
  firstEnd = 0;
  needsEscapes = false;
  readonly #first: Step<T>[] = [];
  #usedEnds = 0;
  #hasEscapes = false;
  /** Whether the text that was read last has. */
  #isEscaped = false;
  #used = 0;

  /**
   * Add a shape, unless too many others are like it up to some place.
   *
   * @param change - makes what is found with the shape of what was found before, if anything was
   */
  set(shape: LineShape, change: (before: T | undefined) => T): void {
    let steps = this.#first;
    for (const [at, text] of shape.constants.entries()) {
      const constant = Buffer.from(text, BYTE_ENCODING);
      const slot = shape.kinds[at] ?? "end";
      let step = steps.find((known) => known.slot === slot && known.constant.equals(constant));
      if (step === undefined) {
        if (steps.length === STEPS_MAX) return;
        step = { constant, slot, next: [] };
        steps.push(step);
      }
      if (slot === "end") step.found = change(step.found);
      steps = step.next;
    }
  }

  /** @returns what there is for the line's shape; nothing for another shape, or a text that is none */
  read(line: Line): T | undefined {
    if (this.#usedEnds + 2 * SLOTS_MAX > this.ends.length) {
      this.ends = new Uint32Array(ENDS);
      this.#usedEnds = 0;
    }
    this.line = line;
    this.firstEnd = this.#usedEnds;
    const found = this.#find(line);
    if (found === undefined) return undefined;
    return this.#hasEscapes && !this.#unescape(line) ? undefined : found;
  }

  /** Note where the slots of a line are, and whether there are escapes in them. */
  #find({ bytes, start: lineStart, end: lineEnd }: Line): T | undefined {
    const { ends } = this;
    let used = this.#usedEnds;
    let steps = this.#first;
    let at = lineStart;
    this.#hasEscapes = false;
    this.needsEscapes = false;
    next: for (;;) {
      for (let i = 0; i < steps.length; i++) {
        const step = steps[i] as Step<T>;
        const { constant, slot, next, found } = step;
        const start = endOfConstant(bytes, at, lineEnd, constant);
        if (start < 0) continue;
        if (slot === "end") {
          if (start < lineEnd) continue;
          this.#usedEnds = used;
          return found;
        }
        this.#isEscaped = false;
        const end =
          slot === "text"
            ? this.#endOfText(bytes, start)
            : endOfInteger(bytes, start, slot === "digits");
        if (end < 0) continue;
        if (i > 0) {
          steps[i] = steps[i - 1] as Step<T>; // The frequent ones come to the front.
          steps[i - 1] = step;
        }
        this.#hasEscapes ||= this.#isEscaped;
        ends[used] = this.#isEscaped ? UNESCAPED + start : start;
        ends[used + 1] = end;
        used += 2;
        at = end;
        steps = next;
        continue next;
      }
      return undefined;
    }
  }

  /** @returns less than nothing where there is no text, or an empty one, which is a part of the shape */
  #endOfText(bytes: Buffer, start: number): number {
    let at = start;
    for (;;) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) return at > start ? at : -1;
      if (!(byte >= FIRST_PRINTABLE)) return -1; // or the end of all lines
      if (byte === BACKSLASH) {
        this.#isEscaped = true;
        at += 1;
      }
      at += 1;
    }
  }

  /**
   * Copy those values of the line that was read last which have escapes, without these.
   *
   * @returns false when a text cannot be read
   */
  #unescape({ bytes, start: lineStart, end: lineEnd }: Line): boolean {
    const { ends } = this;
    const length = lineEnd - lineStart;
    if (length > this.unescaped.length - this.#used) {
      this.unescaped = Buffer.allocUnsafe(Math.max(SPACE_BYTES, length));
      this.#used = 0;
    }
    for (let at = this.firstEnd; at < this.#usedEnds; at += 2) {
      if ((ends[at] as number) < UNESCAPED) continue;
      const from = (ends[at] as number) - UNESCAPED;
      const to = ends[at + 1] as number;
      const start = this.#used;
      let end = copyText(bytes, from, to, this.unescaped, start);
      if (end < 0) {
        const text = readText(bytes.toString(BYTE_ENCODING, from, to));
        if (text === undefined) return false;
        this.needsEscapes ||= JSON.stringify(text).length > text.length + 2;
        end = start + this.unescaped.write(text, start, BYTE_ENCODING);
      }
      ends[at] = UNESCAPED + start;
      ends[at + 1] = end;
      this.#used = end;
    }
    return true;
  }
}

function endOfConstant(bytes: Buffer, start: number, lineEnd: number, constant: Buffer): number {
  const end = start + constant.length;
  if (end > lineEnd) return -1;
  for (let at = 0; at < constant.length; at++) {
    if (bytes[start + at] !== constant[at]) return -1;
  }
  return end;
}

/**
 * @param isLong - whether it is a number that a double does not hold; else one that it does
 * @returns less than nothing unless it is such a whole number, as JSON writes it
 */
function endOfInteger(bytes: Buffer, start: number, isLong: boolean): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let at = first;
  while ((bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at += 1;
  const digits = at - first;
  if (bytes[first] === ZERO) return digits === 1 && first === start && !isLong ? at : -1;
  if (!isLong) return digits > 0 && digits <= DIGITS_MAX ? at : -1;
  if (first > start || digits <= DIGITS_MAX || digits > LONG_DIGITS_MAX) return -1;
  const text = bytes.toString(BYTE_ENCODING, start, at);
  return String(Number(text)) === text ? -1 : at;
}

/** @returns where the copy ends; less than nothing when something else than a slash is escaped */
function copyText(
  bytes: Buffer,
  start: number,
  end: number,
  target: Buffer,
  targetStart: number,
): number {
  let targetEnd = targetStart;
  for (let at = start; at < end; at++) {
    let byte = bytes[at] as number;
    if (byte === BACKSLASH) {
      at += 1;
      byte = bytes[at] as number;
      if (byte !== SLASH) return -1;
    }
    target[targetEnd] = byte;
    targetEnd += 1;
  }
  return targetEnd;
}
