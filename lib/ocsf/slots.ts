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

  /** Whether the value is this text. */
  isIn(values: Values, text: Buffer): boolean {
    const bytes = this.bytesIn(values);
    const start = this.startIn(values);
    if (this.endIn(values) - start !== text.length) return false;
    for (let at = 0; at < text.length; at++) if (bytes[start + at] !== text[at]) return false;
    return true;
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

/** What stands in a line, or is known by it. */
export interface Source<T> {
  /** Of the line from which the shape was learned. */
  readonly example: T;
  in(values: KnownValues): T;
}

/** What something else says of texts of a line. */
export class LookUp<Found = unknown> implements Source<Found> {
  readonly #texts: readonly (TextOfSlots | undefined)[];
  readonly #find: (...texts: (string | undefined)[]) => Found;

  constructor(
    texts: readonly (TextOfSlots | undefined)[],
    find: (...texts: (string | undefined)[]) => Found,
  ) {
    this.#texts = texts;
    this.#find = find;
  }

  get example(): Found {
    return this.#find(...this.#texts.map((text) => text?.example));
  }

  /** The last one of a line is remembered. */
  in(values: KnownValues): Found {
    if (values.lookUp !== this) {
      values.found = this.#find(...this.#texts.map((text) => text?.in(values)));
      values.lookUp = this;
    }
    return values.found as Found;
  }
}

/** A value of JSON that is made of what stands in a line. */
export class Calculated<T = unknown> {
  readonly #source: Source<unknown>;
  readonly #calculate: (found: never) => T;
  /** Whether it is known to be a number, in all lines. */
  readonly isNumber: boolean;

  constructor(source: Source<unknown>, calculate: (found: never) => T) {
    this.#source = source;
    this.isNumber = typeof calculate(source.example as never) === "number";
    this.#calculate = calculate;
  }

  in(values: KnownValues): T {
    return this.#calculate(this.#source.in(values) as never);
  }
}

/** A value that the event of one line has, and that of another has not, or has in another form. */
export class Choice {
  readonly #source: Source<unknown>;
  readonly #ask: (found: never) => string;
  /** Undefined: there is none. It may have slots. */
  readonly valueFor: (answer: string) => unknown;

  /** @param ask - on the answer, of few, the value depends */
  constructor(
    source: Source<unknown>,
    ask: (found: never) => string,
    valueFor: (answer: string) => unknown,
  ) {
    this.#source = source;
    this.#ask = ask;
    this.valueFor = valueFor;
  }

  answerIn(values: KnownValues): string {
    return this.#ask(this.#source.in(values) as never);
  }
}

/** What is made of a choice's value, once for each answer. */
export class Chosen<Made> {
  readonly #choice: Choice;
  readonly #make: (value: unknown) => Made;
  readonly #made = new Map<string, Made>();

  constructor(choice: Choice, make: (value: unknown) => Made) {
    this.#choice = choice;
    this.#make = make;
  }

  in(values: KnownValues): Made {
    const answer = this.#choice.answerIn(values);
    const known = this.#made.get(answer);
    if (known !== undefined || this.#made.has(answer)) return known as Made;
    const made = this.#make(this.#choice.valueFor(answer));
    this.#made.set(answer, made);
    return made;
  }
}

/** Where the line itself stands, as it is. */
export const WHOLE_LINE = new Slot(-1, false, "");

/** Whether a value of JSON has slots. */
export function hasSlots(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const isOfSlots = value instanceof Slot || value instanceof Joined || value instanceof Calculated;
  return isOfSlots || Object.values(value).some(hasSlots);
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

/** The same, with what was found last, and by what. */
export interface KnownValues extends Values {
  lookUp: LookUp | undefined;
  found: unknown;
}
