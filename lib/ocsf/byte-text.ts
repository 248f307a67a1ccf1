declare const ofBytes: unique symbol;

/**
 * A text with a character for each byte of its UTF-8: of "ä", "Ã¤". All texts of an event are such,
 * from the line that they are parts of to the file that they are written to: V8 keeps them in a
 * byte a character, reads and writes their JSON faster, and need not decode or encode them.
 *
 * A surrogate by itself, which UTF-8 cannot hold, stays what it is.
 */
export type ByteText = string & { readonly [ofBytes]: true };

/** To read and write byte texts with: a character a byte, whatever it is. */
export const BYTE_ENCODING = "latin1";

/** No half of a pair: with `u`, a pair is one character. V8's stack does not hold millions of repetitions. */
const BEYOND_ASCII = /[\x80-\ud7ff\ue000-\u{10ffff}]{1,1000}/gu;
const ASCII = /^[\0-\x7f]*$/;
const SURROGATE = /([\ud800-\udfff])/g;

export function toByteText(text: string): ByteText {
  return text.replace(BEYOND_ASCII, bytesOf) as ByteText;
}

/** The texts of a JSON value, names of members too. */
export function toByteTexts(value: unknown): unknown {
  if (typeof value === "string") return toByteText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toByteTexts);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [toByteText(name), toByteTexts(member)]),
  );
}

export function fromByteText(text: string): string {
  if (ASCII.test(text)) return text;
  if (text.isWellFormed()) return decode(text);
  // Every other part is a surrogate.
  const parts = text.split(SURROGATE);
  return parts.map((part, at) => (at % 2 === 0 ? decode(part) : part)).join("");
}

function decode(bytes: string): string {
  return Buffer.from(bytes, BYTE_ENCODING).toString();
}

/** A surrogate by itself becomes U+FFFD. */
export function asBytes(text: string): string {
  return text.isWellFormed() ? text : text.replace(SURROGATE, REPLACEMENT);
}

const REPLACEMENT = bytesOf("\ufffd");

function bytesOf(text: string): string {
  return Buffer.from(text).toString(BYTE_ENCODING);
}
