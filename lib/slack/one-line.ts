import { skipSpace } from "./raw-json.ts";

/**
 * JSON without its raw line breaks. They are only found between tokens, and so
 * are the spaces around them, which go as well.
 */
export function onOneLine(text: Buffer): Uint8Array {
  if (!hasLineBreak(text)) {
    return text;
  }
  const line = Buffer.allocUnsafeSlow(text.length);
  let length = 0;
  for (let at = 0; at < text.length; ) {
    const end = lineBreakAfter(text, at);
    length += text.copy(line, length, at, end);
    at = end;
    if (end < text.length) {
      while (length > 0 && isBlank(line[length - 1])) {
        length -= 1;
      }
      at = skipSpace(text, end);
    }
  }
  return line.subarray(0, length);
}

/** Offset of the first line break at or after `at`, or of the end. */
function lineBreakAfter(text: Buffer, at: number): number {
  let position = at;
  while (position < text.length && text[position] !== 0x0a && text[position] !== 0x0d) {
    position += 1;
  }
  return position;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

export function hasLineBreak(text: Buffer): boolean {
  return text.includes("\n") || text.includes("\r");
}
