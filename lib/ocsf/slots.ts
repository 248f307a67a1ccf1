import { BYTE_ENCODING } from "./byte-text.ts";
import type { Line } from "./lines.ts";

/**
 * Where a text or a number stands in lines of one shape: lines that differ in nothing else. An
 * event that is made of slots, instead of what one line has there, is the event of all of them.
 */
export class Slot {
  /** Among those of the shape. */
  readonly index: number;
  readonly isNumber: boolean;
  /** What the line has there from which the shape was learned: a byte text. */
  readonly example: string;

  constructor(index: number, isNumber: boolean, example: string) {
    this.index = index;
    this.isNumber = isNumber;
    this.example = example;
  }

  /** UTF-8, with the value in it. */
  bytesIn({ line, unescaped, ends, firstEnd }: Values): Buffer {
    const start = ends[firstEnd + 2 * this.index] as number;
    return start >= UNESCAPED ? unescaped : line.bytes;
  }

  startIn({ ends, firstEnd }: Values): number {
    const start = ends[firstEnd + 2 * this.index] as number;
    return start >= UNESCAPED ? start - UNESCAPED : start;
  }

  /** Excluded. */
  endIn({ ends, firstEnd }: Values): number {
    return ends[firstEnd + 2 * this.index + 1] as number;
  }

  in(values: Values): string {
    const bytes = this.bytesIn(values);
    return bytes.toString(BYTE_ENCODING, this.startIn(values), this.endIn(values));
  }
}

/** A text with slots in it. */
export class Joined {
  readonly parts: readonly (string | Slot)[];

  constructor(parts: readonly (string | Slot)[]) {
    this.parts = parts;
  }

  get example(): string {
    return this.parts.map((part) => (typeof part === "string" ? part : part.example)).join("");
  }

  in(values: Values): string {
    return this.parts.map((part) => (typeof part === "string" ? part : part.in(values))).join("");
  }
}

export type TextOfSlots = Slot | Joined;

/** A number that is made of a text. */
export class Calculated {
  readonly #text: TextOfSlots;
  readonly #calculate: (text: string) => number;

  constructor(text: TextOfSlots, calculate: (text: string) => number) {
    this.#text = text;
    this.#calculate = calculate;
  }

  in(values: Values): number {
    return this.#calculate(this.#text.in(values));
  }
}

/** Where the line itself stands, as it is. */
export const WHOLE_LINE = new Slot(-1, false, "");

/** Whether a value of JSON has slots. */
export function hasSlots(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return value instanceof Slot || Object.values(value).some(hasSlots);
}

/** Added to the start of a value that stands elsewhere than in the line, since it has escapes there. */
export const UNESCAPED = 2 ** 31;

/** A line, and what stands in its slots. */
export interface Values {
  readonly line: Line;
  /** UTF-8, with those values in it that have escapes in the line. */
  readonly unescaped: Buffer;
  /** Where each slot starts, and where it ends; other lines' before and after. */
  readonly ends: Uint32Array;
  /** Where in the ends this line's begin. */
  readonly firstEnd: number;
  /** Whether a text may have characters that JSON escapes. */
  readonly needsEscapes: boolean;
}
