import type { OcsfEvent } from "./event.ts";

const PIECE_BYTES = 256 * 1024;
/** UTF-8 has three bytes at most for each unit of UTF-16. */
const BYTES_OF_UNIT = 3;
const NEWLINE = 0x0a;

/**
 * Events as NDJSON, one JSON object a line: in pieces of whole lines. Each line is encoded when it
 * is made, since joining texts first would double the CPU.
 */
export function* eventLines(events: Iterable<OcsfEvent>): Generator<Uint8Array> {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let end = 0;
  for (const event of events) {
    const text = JSON.stringify(event);
    const longest = text.length * BYTES_OF_UNIT + 1;
    if (longest > piece.length - end) {
      if (end > 0) yield piece.subarray(0, end);
      piece = Buffer.allocUnsafe(Math.max(PIECE_BYTES, longest));
      end = 0;
    }
    end += piece.write(text, end);
    piece[end] = NEWLINE;
    end += 1;
  }
  if (end > 0) yield piece.subarray(0, end);
}
