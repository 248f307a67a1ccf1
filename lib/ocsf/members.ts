/** A JSON object. */
export type Members = Record<string, unknown>;

/** @returns nothing unless it is a JSON object */
export function membersOf(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
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
  takeText(parent: Members | undefined, name: string): string | undefined {
    const value = parent?.[name];
    if (parent === undefined || (typeof value !== "string" && typeof value !== "number")) {
      return undefined;
    }
    if (value === "") return undefined;
    take(parent, name);
    return String(value);
  }

  /** A text of a certain form. */
  takeTextLike(
    parent: Members | undefined,
    name: string,
    isRight: (text: string) => boolean,
  ): string | undefined {
    const value = parent?.[name];
    return typeof value === "string" && isRight(value) ? this.takeText(parent, name) : undefined;
  }

  /** One text, or texts alone in an array. */
  takeTexts(parent: Members | undefined, name: string): string[] {
    const value = parent?.[name];
    if (parent !== undefined && Array.isArray(value)) {
      const isTexts = value.length > 0 && value.every((item) => typeof item === "string");
      if (!isTexts) return [];
      take(parent, name);
      return value;
    }
    const text = typeof value === "string" ? this.takeText(parent, name) : undefined;
    return text === undefined ? [] : [text];
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

/** JSON has no member that is undefined; deleting it would make the object slow. */
function take(parent: Members, name: string): void {
  parent[name] = undefined;
}

function isEmpty(members: Members): boolean {
  for (const name in members) if (members[name] !== undefined) return false;
  return true;
}
