import { isUtf8 } from "node:buffer";
import { BYTE_ENCODING, type ByteText } from "./byte-text.ts";

const NEWLINE = 0x0a;

/** A line where it stands among others. */
export class Line {
  /** UTF-8. */
  readonly bytes: Buffer;
  readonly start: number;
  /** Excluded, as its line break is. */
  readonly end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  toText(): ByteText {
    return this.bytes.toString(BYTE_ENCODING, this.start, this.end) as ByteText;
  }
}

export const NO_LINE = new Line(Buffer.of(), 0, 0);

/** @param lines - of an object, each with its line break; what is not UTF-8 becomes U+FFFD */
export function* linesOf(lines: Buffer): Generator<Line> {
  const bytes = isUtf8(lines) ? lines : Buffer.from(lines.toString());
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    yield new Line(bytes, start, end);
    start = end + 1;
  }
}
