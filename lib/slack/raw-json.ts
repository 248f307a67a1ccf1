/**
 * Cuts the exact text of values out of JSON, without taking them apart.
 *
 * Parsing and writing again would change the evidence: numbers above 2^53 lose
 * digits, escapes and key order change, repeated keys vanish.
 *
 * Only the frame is looked at: what is inside a value is for `JSON.parse` to
 * judge. A frame that is not JSON gives a {@link BrokenFrameError}. The text is
 * UTF-8; every character that matters here is one byte in it, and no byte of a
 * longer character looks like one of these.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The text has not the frame of a JSON value. */
export class BrokenFrameError extends Error {
  override readonly name = "BrokenFrameError";
}

/**
 * Go through the array that begins at `at`.
 *
 * @param visit - gets the offset at which an element begins, gives that after its end
 * @returns the offset after the array
 */
export function walkElements(text: Buffer, at: number, visit: (start: number) => number): number {
  expect(text, at, OPEN_BRACKET);
  let position = skipSpace(text, at + 1);
  if (text[position] === CLOSE_BRACKET) {
    return position + 1;
  }
  for (;;) {
    position = skipSpace(text, visit(position));
    if (text[position] === CLOSE_BRACKET) {
      return position + 1;
    }
    expect(text, position, COMMA);
    position = skipSpace(text, position + 1);
  }
}

/**
 * Go through the object that begins at `at`, repeated names included.
 *
 * @param visit - gets a member's name, escapes undone, and the offset at which
 * its value begins, gives that after its end
 * @returns the offset after the object
 */
export function walkMembers(
  text: Buffer,
  at: number,
  visit: (name: string, start: number) => number,
): number {
  expect(text, at, OPEN_BRACE);
  let position = skipSpace(text, at + 1);
  if (text[position] === CLOSE_BRACE) {
    return position + 1;
  }
  for (;;) {
    expect(text, position, QUOTE);
    const endOfName = endOfString(text, position);
    const name: string = JSON.parse(text.toString("utf8", position, endOfName));
    const colon = skipSpace(text, endOfName);
    expect(text, colon, COLON);
    position = skipSpace(text, visit(name, skipSpace(text, colon + 1)));
    if (text[position] === CLOSE_BRACE) {
      return position + 1;
    }
    expect(text, position, COMMA);
    position = skipSpace(text, position + 1);
  }
}

/** Offset of the first byte at or after `at` that is not JSON white space. */
export function skipSpace(text: Buffer, at: number): number {
  let position = at;
  for (;;) {
    const byte = text[position];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      return position;
    }
    position += 1;
  }
}

/** Offset after the value that begins at `at`. */
export function endOfValue(text: Buffer, at: number): number {
  switch (text[at]) {
    case QUOTE:
      return endOfString(text, at);
    case OPEN_BRACE:
    case OPEN_BRACKET:
      return endOfNested(text, at);
    default:
      return endOfScalar(text, at);
  }
}

function endOfNested(text: Buffer, at: number): number {
  let depth = 0;
  let position = at;
  for (;;) {
    switch (text[position]) {
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
      case undefined:
        throw new BrokenFrameError();
    }
    position += 1;
  }
}

function endOfString(text: Buffer, at: number): number {
  let position = at + 1;
  for (;;) {
    switch (text[position]) {
      case QUOTE:
        return position + 1;
      case BACKSLASH:
        position += 2;
        break;
      case undefined:
        throw new BrokenFrameError();
      default:
        position += 1;
    }
  }
}

function endOfScalar(text: Buffer, at: number): number {
  let position = at;
  for (;;) {
    const byte = text[position];
    if (
      byte === undefined ||
      byte === COMMA ||
      byte === CLOSE_BRACE ||
      byte === CLOSE_BRACKET ||
      byte <= 0x20
    ) {
      return position;
    }
    position += 1;
  }
}

function expect(text: Buffer, at: number, byte: number): void {
  if (text[at] !== byte) {
    throw new BrokenFrameError();
  }
}
