/** Cuts the exact text of values out of JSON, member by member and element by element. */
import { endOfString, skipSpace, startOfFirst, startOfMember, startOfNext } from "./json-value.ts";

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Go through the array that begins at `at`.
 *
 * @param visit - gets the offset at which an element begins, gives that after its end
 * @returns the offset after the array
 */
export function walkElements(text: Buffer, at: number, visit: (start: number) => number): number {
  let position = startOfFirst(text, at, OPEN_BRACKET);
  if (text[position] === CLOSE_BRACKET) {
    return position + 1;
  }
  for (;;) {
    position = skipSpace(text, visit(position));
    if (text[position] === CLOSE_BRACKET) {
      return position + 1;
    }
    position = startOfNext(text, position);
  }
}

/**
 * Go through the object that begins at `at`, repeated names included.
 *
 * @param visit - gets the offset at which a member's name begins, for {@link isName} or
 * {@link nameAt}, and that at which its value begins; gives that after the value's end
 * @returns the offset after the object
 */
export function walkMembers(
  text: Buffer,
  at: number,
  visit: (name: number, start: number) => number,
): number {
  let position = startOfFirst(text, at, OPEN_BRACE);
  if (text[position] === CLOSE_BRACE) {
    return position + 1;
  }
  for (;;) {
    position = skipSpace(text, visit(position, startOfMember(text, position)));
    if (text[position] === CLOSE_BRACE) {
      return position + 1;
    }
    position = startOfNext(text, position);
  }
}

/** The member's name that begins at `at`, escapes undone. */
export function nameAt(text: Buffer, at: number): string {
  return JSON.parse(text.toString("utf8", at, endOfString(text, at)));
}

/** Whether the member's name that begins at `at` is this one, written with escapes or without. */
export function isName(text: Buffer, at: number, name: MemberName): boolean {
  const { bytes } = name;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = text[at + 1 + index];
    if (byte === BACKSLASH) {
      return nameAt(text, at) === name.name;
    }
    if (byte !== bytes[index]) {
      return false;
    }
  }
  return text[at + 1 + bytes.length] === QUOTE;
}

/** A name to look for, in ASCII. */
export class MemberName {
  readonly name: string;
  readonly bytes: Buffer;

  constructor(name: string) {
    this.name = name;
    this.bytes = Buffer.from(name, "ascii");
  }
}
