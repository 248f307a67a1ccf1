import { isUtf8 } from "node:buffer";
import { BYTE_ENCODING, type ByteText } from "./byte-text.ts";

const NEWLINE = 0x0a;
/** Fits into a core's cache. */
const PIECE_BYTES = 64 * 1024;

/**
 * The lines of an object as texts, without their line breaks. Many are made at once: a call for
 * each takes as long as to find its end again.
 *
 * @param lines - each with its line break; what is not UTF-8 becomes U+FFFD
 */
export function* lineTexts(lines: Buffer): Generator<ByteText> {
  const text = isUtf8(lines) ? lines : Buffer.from(lines.toString());
  for (let from = 0; from < text.length; ) {
    const to = text.indexOf(NEWLINE, Math.min(from + PIECE_BYTES, text.length - 1)) + 1;
    const piece = text.toString(BYTE_ENCODING, from, to);
    for (let start = 0; start < piece.length; ) {
      const end = piece.indexOf("\n", start);
      yield piece.slice(start, end) as ByteText;
      start = end + 1;
    }
    from = to;
  }
}
