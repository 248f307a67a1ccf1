import { Calculated, Joined, Slot, type TextOfSlots } from "./slots.ts";

/** A JSON object. */
export type Members = Record<string, unknown>;

declare const opaque: unique symbol;

/**
 * A text of an entry: a byte text, or where one stands in entries of its shape. What depends on
 * it is asked of {@link Remains}, so that it is known on what an event depends.
 */
export interface Text {
  readonly [opaque]: never;
}

/** A question about a text on whose answer it depends what the event is. */
export interface Decision {
  text: TextOfSlots;
  /** Absent: which text it is. */
  test?: (text: string) => boolean;
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
    return text !== undefined && this.test(text, isRight) ? this.takeText(parent, name) : undefined;
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

  /** Whether a text is right: so it is, or is not, in all entries that become such an event. */
  test(text: Text, isRight: (text: string) => boolean): boolean {
    if (typeof text === "string") return isRight(text);
    const slots = text as unknown as TextOfSlots;
    const answer = isRight(slots.example);
    this.decisions.push({ text: slots, test: isRight, answer });
    return answer;
  }

  join(...texts: (Text | string)[]): Text {
    const parts = texts.flatMap((text): readonly (string | Slot)[] =>
      text instanceof Joined ? text.parts : [text as unknown as string | Slot],
    );
    return toText(parts.some((part) => part instanceof Slot) ? new Joined(parts) : parts.join(""));
  }

  calculate(text: Text, calculate: (text: string) => number): number {
    if (typeof text === "string") return calculate(text);
    return new Calculated(text as unknown as TextOfSlots, calculate) as unknown as number;
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
