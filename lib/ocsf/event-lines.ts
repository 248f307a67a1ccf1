import { BYTE_ENCODING } from "./byte-text.ts";
import { FilledTemplate } from "./event-templates.ts";
import type { LineEvent } from "./line-events.ts";

const PIECE_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * Events as NDJSON, one JSON object a line: in pieces of whole lines. Each line is encoded when it
 * is made, since joining texts first would double the CPU; JSON has escapes for surrogates by themselves.
 *
 * @returns pieces, each of which is there until the next one is asked for
 */
export function* eventLines(events: Iterable<LineEvent>): Generator<Uint8Array> {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let end = 0;
  for (const event of events) {
    const isFilled = event instanceof FilledTemplate;
    const text = isFilled ? "" : JSON.stringify(event);
    const bytes = (isFilled ? event.jsonBytesMax : text.length) + 1;
    if (bytes > piece.length - end) {
      if (end > 0) yield piece.subarray(0, end);
      if (bytes > piece.length) piece = Buffer.allocUnsafe(bytes);
      end = 0;
    }
    end = isFilled ? event.writeJson(piece, end) : end + piece.write(text, end, BYTE_ENCODING);
    piece[end] = NEWLINE;
    end += 1;
  }
  if (end > 0) yield piece.subarray(0, end);
}
