import {
  Calculated,
  Choice,
  Joined,
  LookUp,
  Slot,
  type Source,
  type TextOfSlots,
} from "./slots.ts";

/** A JSON object. */
export type Members = Record<string, unknown>;

declare const opaque: unique symbol;

/**
 * What stands in an entry, or is known by it; or where that stands in entries of its shape. What
 * depends on it is asked of {@link Remains}, so that it is known on what an event depends.
 */
export interface Found<T> {
  readonly [opaque]: T;
}

/** A byte text. */
export type Text = Found<string>;

/** A question about a text on whose answer it depends what the event is. */
export interface Decision {
  text: TextOfSlots;
  /** Absent: which text it is. */
  ask?: (text: string) => string | boolean;
  answer: string | boolean;
}

/** @returns nothing unless it is a JSON object */
export function membersOf(value: unknown): Members | undefined {
  return typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Slot)
    ? (value as Members)
    : undefined;
}

/**
 * An entry that is taken apart: what has a place in the event is taken out of it, so that what
 * is left is what has none. Slack's fields are absent, null or of another type at times; what is
 * not as it should be stays where it is.
 */
export class Remains {
  readonly entry: Members;
  /** Of an entry of slots: what was asked, in its order. */
  readonly decisions: Decision[] = [];
  readonly #opened: { parent: Members; name: string; child: Members; cameEmpty: boolean }[] = [];

  /** @param entry - is taken apart itself */
  constructor(entry: Members) {
    this.entry = entry;
  }

  /** A JSON object at a member, to take from. */
  at(parent: Members | undefined, name: string): Members | undefined {
    const child = membersOf(parent?.[name]);
    // An entity may be called `__proto__`.
    if (parent === undefined || child === undefined || !Object.hasOwn(parent, name))
      return undefined;
    this.#opened.push({ parent, name, child, cameEmpty: isEmpty(child) });
    return child;
  }

  /** A member that is not null. */
  takePresent(parent: Members | undefined, name: string): unknown {
    const value = parent?.[name] ?? undefined;
    if (parent !== undefined && value !== undefined) take(parent, name);
    return value;
  }

  /** A text that is not empty, or a number as text. */
  takeText(parent: Members | undefined, name: string): Text | undefined {
    const value = parent?.[name];
    if (parent === undefined || value === undefined || value === "") return undefined;
    if (typeof value === "string" || typeof value === "number") {
      take(parent, name);
      return toText(String(value));
    }
    if (!(value instanceof Slot)) return undefined;
    take(parent, name);
    return toText(value.isNumber ? new Joined([value]) : value);
  }

  /** A text of a certain form. */
  takeTextLike(
    parent: Members | undefined,
    name: string,
    isRight: (text: string) => boolean,
  ): Text | undefined {
    const text = this.text(parent, name);
    return text !== undefined && this.ask(text, isRight) ? this.takeText(parent, name) : undefined;
  }

  /** One text, or texts alone in an array. */
  takeTexts(parent: Members | undefined, name: string): Text[] {
    const value = parent?.[name];
    if (parent !== undefined && Array.isArray(value)) {
      if (value.length === 0 || !value.every(isText)) return [];
      take(parent, name);
      return value;
    }
    const text = isText(value) ? this.takeText(parent, name) : undefined;
    return text === undefined ? [] : [text];
  }

  /** A text where it stands; it stays there. */
  text(parent: Members | undefined, name: string): Text | undefined {
    const value = parent?.[name];
    return isText(value) ? value : undefined;
  }

  /** What a text is. Entries whose texts differ are then different ones. */
  read(text: Text): string {
    if (typeof text === "string") return text;
    const slots = text as unknown as TextOfSlots;
    this.decisions.push({ text: slots, answer: slots.example });
    return slots.example;
  }

  /** A question about a text: its answer is the same in all entries that become such an event. */
  ask<Answer extends string | boolean>(text: Text, ask: (text: string) => Answer): Answer {
    if (typeof text === "string") return ask(text);
    const slots = text as unknown as TextOfSlots;
    const answer = ask(slots.example);
    this.decisions.push({ text: slots, ask, answer });
    return answer;
  }

  join(...texts: (Text | string)[]): Text {
    const parts = texts.flatMap((text): readonly (string | Slot)[] =>
      text instanceof Joined ? text.parts : [text as unknown as string | Slot],
    );
    return toText(parts.some((part) => part instanceof Slot) ? new Joined(parts) : parts.join(""));
  }

  /**
   * Look up what something else says of texts.
   *
   * @param find - finds for the same texts always the same
   */
  lookUp<T>(
    texts: readonly (Text | undefined)[],
    find: (...texts: (string | undefined)[]) => T,
  ): Found<T> {
    const found = texts.some(isOfSlots)
      ? new LookUp(texts as unknown as (TextOfSlots | undefined)[], find)
      : find(...(texts as unknown as (string | undefined)[]));
    return found as Found<T>;
  }

  /** @param calculate - the answer decides nothing, and is JSON */
  calculate<F, T>(found: Found<F>, calculate: (found: F) => T): T {
    return isOfSlots<F>(found)
      ? (new Calculated(found, calculate) as unknown as T)
      : calculate(found as unknown as F);
  }

  /**
   * A value that an event has: all that depends on what was found is in it.
   *
   * @param ask - on the answer, of few, the value depends
   * @param valueFor - asks nothing more; undefined: there is none
   */
  choose<F, T>(found: Found<F>, ask: (found: F) => string, valueFor: (answer: string) => T): T {
    return isOfSlots<F>(found)
      ? (new Choice(found, ask, valueFor) as unknown as T)
      : valueFor(ask(found as unknown as F));
  }

  /**
   * What has no place. Objects that have become empty are gone; those that Slack sent empty stay.
   *
   * @returns nothing when all was taken
   */
  rest(): Members | undefined {
    for (const { parent, name, child, cameEmpty } of this.#opened.reverse()) {
      if (!cameEmpty && isEmpty(child)) take(parent, name);
    }
    return isEmpty(this.entry) ? undefined : this.entry;
  }
}

export function toText(text: string | TextOfSlots): Text {
  return text as unknown as Text;
}

function isOfSlots<T>(found: unknown): found is Source<T> {
  return found instanceof Slot || found instanceof Joined || found instanceof LookUp;
}

function isText(value: unknown): value is Text {
  return typeof value === "string" || (value instanceof Slot && !value.isNumber);
}

/** JSON has no member that is undefined; deleting it would make the object slow. */
function take(parent: Members, name: string): void {
  parent[name] = undefined;
}

function isEmpty(members: Members): boolean {
  for (const name in members) if (members[name] !== undefined) return false;
  return true;
}
