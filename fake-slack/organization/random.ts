/** A bijection of 32 bits that looks random (the finaliser of MurmurHash3). */
function scramble(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** One 32-bit number that depends on all of its parts and their order. */
export function mix(...parts: number[]): number {
  let h = 0x9e3779b9;
  for (const part of parts) {
    h = scramble(h + scramble(part));
  }
  return h;
}

/** Numbers that look random and are a pure function of their start (Mulberry32). */
export class Random {
  #state = 0;

  /** Restart: the same `origin` gives the same numbers. */
  restart(origin: number): this {
    this.#state = origin | 0;
    return this;
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** From 0, included, to 1, excluded. */
  unit(): number {
    return this.next() / 0x100000000;
  }

  /** A whole number from 0 to `bound - 1`. */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** @throws {RangeError} when there is nothing to pick from */
  pick<T>(choices: readonly T[]): T {
    return at(choices, this.below(choices.length));
  }
}

/** @throws {RangeError} when there is no such element */
export function at<T>(elements: readonly T[], index: number): T {
  const element = elements[index];
  if (element === undefined) {
    throw new RangeError(`no element ${index} among ${elements.length}`);
  }
  return element;
}

const FOUR_DIGITS = Array.from({ length: 0x10000 }, (_, i) => i.toString(16).padStart(4, "0"));
const THREE_DIGITS = Array.from({ length: 0x1000 }, (_, i) => i.toString(16).padStart(3, "0"));

/**
 * A UUID that no other `second` and `index` under the same `seed` can have:
 * the outer 64 bits are a bijection of the two.
 */
export function uuidOf(seed: number, second: number, index: number): string {
  const head = scramble(second ^ seed);
  const tail = scramble(index + head);
  const middle = scramble(head ^ tail ^ seed);
  return `${four(head >>> 16)}${four(head)}-${four(middle >>> 16)}-4${three(middle)}-8${three(tail ^ middle)}-${four(middle + tail)}${four(tail >>> 16)}${four(tail)}`;
}

function four(bits: number): string {
  return FOUR_DIGITS[bits & 0xffff] ?? "";
}

function three(bits: number): string {
  return THREE_DIGITS[bits & 0xfff] ?? "";
}

/** A Slack id such as `U07K2QZ19XB`: unique for its prefix, seed and number. */
export function slackId(prefix: string, seed: number, number: number): string {
  const letters = prefix.charCodeAt(0) * 256 + prefix.charCodeAt(prefix.length - 1);
  const digits = scramble(scramble(number ^ seed) + letters)
    .toString(36)
    .toUpperCase()
    .padStart(7, "0");
  return `${prefix}07${prefix.length === 1 ? "A" : ""}${digits}`;
}
