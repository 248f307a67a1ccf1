/**
 * Cuts the exact text of values out of JSON that `JSON.parse` has accepted.
 *
 * Parsing and writing again would change the evidence: numbers above 2^53 lose
 * digits, escapes and key order change, repeated keys vanish. The text is
 * held as Latin-1, one character a byte, so that an offset in the string is
 * an offset in the body, whatever its bytes.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Offsets of a value: `start` included, `end` excluded. */
export interface Slice {
  start: number;
  end: number;
}

/** A member of an object: its name, escapes undone, and its value's offsets. */
export interface Member extends Slice {
  name: string;
}

/** The elements of the array that begins at `at`, in order. */
export function cutElements(text: string, at: number): Slice[] {
  const elements: Slice[] = [];
  let position = skipSpace(text, at + 1);
  while (text.charCodeAt(position) !== CLOSE_BRACKET) {
    const end = endOfValue(text, position);
    elements.push({ start: position, end });
    position = skipSeparator(text, end);
  }
  return elements;
}

/** The members of the object that begins at `at`, in order, repeated names included. */
export function cutMembers(text: string, at: number): Member[] {
  const members: Member[] = [];
  let position = skipSpace(text, at + 1);
  while (text.charCodeAt(position) !== CLOSE_BRACE) {
    const endOfName = endOfString(text, position);
    const name: string = JSON.parse(text.slice(position, endOfName));
    const start = skipSpace(text, skipSpace(text, endOfName) + 1);
    const end = endOfValue(text, start);
    members.push({ name, start, end });
    position = skipSeparator(text, end);
  }
  return members;
}

/** Offset of the first character at or after `at` that is not JSON white space. */
export function skipSpace(text: string, at: number): number {
  let position = at;
  for (;;) {
    const character = text.charCodeAt(position);
    if (character !== 0x20 && character !== 0x0a && character !== 0x0d && character !== 0x09) {
      return position;
    }
    position += 1;
  }
}

function skipSeparator(text: string, at: number): number {
  const position = skipSpace(text, at);
  return text.charCodeAt(position) === COMMA ? skipSpace(text, position + 1) : position;
}

function endOfValue(text: string, at: number): number {
  switch (text.charCodeAt(at)) {
    case QUOTE:
      return endOfString(text, at);
    case OPEN_BRACE:
    case OPEN_BRACKET:
      return endOfNested(text, at);
    default:
      return endOfScalar(text, at);
  }
}

/** Jumps from quote to quote: most of an entry is text inside strings. */
function endOfNested(text: string, at: number): number {
  let depth = 0;
  let position = at;
  for (;;) {
    switch (text.charCodeAt(position)) {
      case QUOTE:
        position = endOfString(text, position);
        continue;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth += 1;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth -= 1;
        if (depth === 0) {
          return position + 1;
        }
        break;
    }
    position += 1;
  }
}

function endOfString(text: string, at: number): number {
  let position = at;
  for (;;) {
    position = text.indexOf('"', position + 1);
    let backslashes = 0;
    while (text.charCodeAt(position - 1 - backslashes) === BACKSLASH) {
      backslashes += 1;
    }
    if (backslashes % 2 === 0) {
      return position + 1;
    }
  }
}

function endOfScalar(text: string, at: number): number {
  let position = at;
  for (;;) {
    const character = text.charCodeAt(position);
    if (
      Number.isNaN(character) ||
      character === COMMA ||
      character === CLOSE_BRACE ||
      character === CLOSE_BRACKET ||
      character <= 0x20
    ) {
      return position;
    }
    position += 1;
  }
}
