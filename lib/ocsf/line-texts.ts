const NEWLINE = 0x0a;
/** Fits into a core's cache. */
const PIECE_BYTES = 64 * 1024;

/**
 * The lines of an object as texts, without their line breaks. Many are decoded at once: to call
 * the decoder for each takes as long as to find its end again.
 *
 * @param text - UTF-8, each line with its line break
 */
export function* lineTexts(text: Buffer): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const to = text.indexOf(NEWLINE, Math.min(from + PIECE_BYTES, text.length - 1)) + 1;
    const piece = text.toString("utf8", from, to);
    for (let start = 0; start < piece.length; ) {
      const end = piece.indexOf("\n", start);
      yield piece.slice(start, end);
      start = end + 1;
    }
    from = to;
  }
}
