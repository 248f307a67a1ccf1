/** What the fake writes into a cursor: where to continue, and nothing about the query. */
export interface CursorPosition {
  /** Epoch seconds, excluded: everything from here on has been listed. */
  before: number;
  issuedAtMs: number;
  /** How often all cursors were expired by hand. */
  generation: number;
}

/** Bytes that base64 shows as `+` and `/`, so that a client which does not percent-encode is caught. */
const PREFIX = Buffer.from([0xfb, 0xef, 0xff]);

/** An opaque cursor that always ends in `=`. */
export function encodeCursor({ before, issuedAtMs, generation }: CursorPosition): string {
  const text = `before:${before}:${issuedAtMs}:${generation}`;
  // Three bytes are four digits without padding.
  const padded = text.length % 3 === 0 ? `${text}:` : text;
  return Buffer.concat([PREFIX, Buffer.from(padded)]).toString("base64");
}

/** @returns nothing when it is not a cursor of this fake, or has lost its `=` */
export function decodeCursor(cursor: string): CursorPosition | undefined {
  const bytes = Buffer.from(cursor, "base64");
  if (bytes.toString("base64") !== cursor) {
    return undefined;
  }
  const text = bytes.subarray(PREFIX.length).toString();
  const [, before, issuedAtMs, generation] = /^before:(-?\d+):(\d+):(\d+):?$/.exec(text) ?? [];
  return before === undefined
    ? undefined
    : {
        before: Number(before),
        issuedAtMs: Number(issuedAtMs),
        generation: Number(generation),
      };
}
