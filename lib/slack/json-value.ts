/**
 * Finds where a JSON value ends, and checks it on the way, without making a value
 * of it.
 *
 * Parsing and writing again would change the evidence: numbers above 2^53 lose
 * digits, escapes and key order change, repeated keys vanish. Parsing only to
 * check costs more than all else that a run does.
 *
 * What is accepted is what `JSON.parse` accepts, no more and no less; any other
 * text gives a {@link BrokenFrameError}. The text is UTF-8; every character
 * that matters here is one byte in it, and no byte of a longer character looks
 * like one of these. That the longer ones are whole is for others to check.
 */

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Bytes that a backslash may stand before: `"\/bfnrtu`. */
const ESCAPES = byteSet('"\\/bfnrtu');
const HEX_DIGITS = byteSet("0123456789abcdefABCDEF");
const LITERALS = ["true", "false", "null"].map((literal) => Buffer.from(literal));

/** The text is not JSON. */
export class BrokenFrameError extends Error {
  override readonly name = "BrokenFrameError";
}

/** Whether a byte, or a unit of UTF-16, is JSON white space. */
export function isSpace(code: number | undefined): boolean {
  return (
    code !== undefined &&
    code <= 0x20 &&
    (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09)
  );
}

/** Offset of the first byte at or after `at` that is not JSON white space. */
export function skipSpace(text: Buffer, at: number): number {
  let position = at;
  // A read beyond the end would make every read here slower from then on.
  while (position < text.length && isSpace(text[position])) position += 1;
  return position;
}

/**
 * Offset after the value that begins at `at`. Takes linear time, and no stack:
 * values may be nested as deep as the text is long.
 */
export function endOfValue(text: Buffer, at: number): number {
  const byte = text[at];
  if (byte === QUOTE) return endOfString(text, at);
  if (byte !== OPEN_BRACE && byte !== OPEN_BRACKET) return endOfScalar(text, at);
  return endOfContainer(text, at);
}

/** Deeper values are rare, and the memory for them is not kept. */
const KEPT_DEPTH = 1000;
/** The bytes that end the objects and arrays around the innermost one. */
const keptOuter = new Uint8Array(KEPT_DEPTH);

function endOfContainer(text: Buffer, at: number): number {
  let outer = keptOuter;
  /** How many objects and arrays are open, and the byte that ends the innermost. */
  let depth = 0;
  let end = 0;
  let position = at;
  for (;;) {
    const byte = text[position];
    if (byte === QUOTE) {
      position = endOfString(text, position);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      const close = byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
      position = skipSpace(text, position + 1);
      if (text[position] !== close) {
        if (depth === outer.length) outer = doubled(outer);
        outer[depth] = end;
        depth += 1;
        end = close;
        if (close === CLOSE_BRACE) position = startOfMember(text, position);
        continue;
      }
      position += 1;
    } else {
      position = endOfScalar(text, position);
    }
    // A value has ended: so may the containers around it.
    for (;;) {
      if (depth === 0) return position;
      position = skipSpace(text, position);
      if (text[position] !== end) break;
      depth -= 1;
      end = outer[depth] as number;
      position += 1;
    }
    position = startOfNext(text, position);
    if (end === CLOSE_BRACE) position = startOfMember(text, position);
  }
}

function doubled(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  return larger;
}

/** Offset of the first element or member of the container at `at`, or of its end. */
export function startOfFirst(text: Buffer, at: number, open: number): number {
  expect(text, at, open);
  return skipSpace(text, at + 1);
}

/** Offset of what follows the comma at `at`. */
export function startOfNext(text: Buffer, at: number): number {
  expect(text, at, COMMA);
  return skipSpace(text, at + 1);
}

/** Offset of the value of the member whose name begins at `at`. */
export function startOfMember(text: Buffer, at: number): number {
  expect(text, at, QUOTE);
  const colon = skipSpace(text, endOfString(text, at));
  expect(text, colon, COLON);
  return skipSpace(text, colon + 1);
}

export function endOfString(text: Buffer, at: number): number {
  let position = at + 1;
  for (;;) {
    // At the end of the text, there is no byte, and none of this holds.
    let byte = text[position] as number;
    while (byte > BACKSLASH || (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH)) {
      position += 1;
      byte = text[position] as number;
    }
    if (byte === QUOTE) {
      return position + 1;
    }
    if (byte !== BACKSLASH) {
      throw new BrokenFrameError();
    }
    position = endOfEscape(text, position);
  }
}

function endOfEscape(text: Buffer, at: number): number {
  const byte = text[at + 1] ?? 0;
  if (ESCAPES[byte] === 0) {
    throw new BrokenFrameError();
  }
  if (byte !== 0x75) {
    return at + 2;
  }
  for (let digit = at + 2; digit < at + 6; digit += 1) {
    if (HEX_DIGITS[text[digit] ?? 0] === 0) {
      throw new BrokenFrameError();
    }
  }
  return at + 6;
}

function endOfScalar(text: Buffer, at: number): number {
  const byte = text[at];
  if (byte === MINUS || isDigit(byte)) {
    return endOfNumber(text, at);
  }
  for (const literal of LITERALS) {
    if (literal[0] === byte) return endOfLiteral(text, at, literal);
  }
  throw new BrokenFrameError();
}

function endOfLiteral(text: Buffer, at: number, literal: Buffer): number {
  for (let index = 1; index < literal.length; index += 1) {
    expect(text, at + index, literal[index] as number);
  }
  return at + literal.length;
}

function endOfNumber(text: Buffer, at: number): number {
  let position = text[at] === MINUS ? at + 1 : at;
  position = text[position] === ZERO ? position + 1 : endOfDigits(text, position);
  if (text[position] === POINT) {
    position = endOfDigits(text, position + 1);
  }
  const byte = text[position];
  if (byte === 0x45 || byte === 0x65) {
    const sign = text[position + 1];
    position = endOfDigits(text, sign === PLUS || sign === MINUS ? position + 2 : position + 1);
  }
  return position;
}

/** At least one. */
function endOfDigits(text: Buffer, at: number): number {
  let position = at;
  while (isDigit(text[position])) {
    position += 1;
  }
  if (position === at) {
    throw new BrokenFrameError();
  }
  return position;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function byteSet(characters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const byte of Buffer.from(characters, "latin1")) {
    set[byte] = 1;
  }
  return set;
}

function expect(text: Buffer, at: number, byte: number): void {
  if (text[at] !== byte) {
    throw new BrokenFrameError();
  }
}
