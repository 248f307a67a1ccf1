import { BYTE_ENCODING } from "./byte-text.ts";
import type { OcsfEvent } from "./event.ts";

const PIECE_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * Events as NDJSON, one JSON object a line: in pieces of whole lines. Each line is encoded when it
 * is made, since joining texts first would double the CPU; JSON has escapes for surrogates by themselves.
 */
export function* eventLines(events: Iterable<OcsfEvent>): Generator<Uint8Array> {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let end = 0;
  for (const event of events) {
    const text = JSON.stringify(event);
    const bytes = text.length + 1;
    if (bytes > piece.length - end) {
      if (end > 0) yield piece.subarray(0, end);
      piece = Buffer.allocUnsafe(Math.max(PIECE_BYTES, bytes));
      end = 0;
    }
    piece.write(text, end, BYTE_ENCODING);
    end += bytes;
    piece[end - 1] = NEWLINE;
  }
  if (end > 0) yield piece.subarray(0, end);
}
