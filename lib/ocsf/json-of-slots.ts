import { BYTE_ENCODING } from "./byte-text.ts";
import { copyBytes } from "./copy-bytes.ts";
import type { Line } from "./lines.ts";
import {
  Calculated,
  Choice,
  Chosen,
  hasSlots,
  Joined,
  type KnownValues,
  Slot,
  WHOLE_LINE,
} from "./slots.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const NUMBER_BYTES_MAX = 25;
/** `\u0000` */
const ESCAPE_BYTES_MAX = 6;

type Between = Slot | Calculated | Chosen<JsonOfSlots>;

/** The JSON of a value with slots in it: constant pieces, and what stands between them. */
export class JsonOfSlots {
  readonly #pieces: Buffer[] = [];
  readonly #between: Between[] = [];
  /** Of the pieces, and of numbers that are calculated, at most. */
  #bytes = 0;
  #piece = "";

  /**
   * @param value - of JSON and byte texts; members may be undefined; of nothing there is no JSON
   * @param before - stands before it
   */
  constructor(value: unknown, before = "") {
    if (value !== undefined) {
      this.#piece = before;
      this.#add(value);
    }
    this.#endPiece();
  }

  /** How many bytes {@link write} writes at most. */
  bytesMax(values: KnownValues): number {
    const bytesPerByte = values.needsEscapes ? ESCAPE_BYTES_MAX : 1;
    let bytes = this.#bytes;
    for (let at = 0; at < this.#between.length; at++) {
      const slot = this.#between[at] as Between;
      if (slot === WHOLE_LINE) {
        bytes += 2 * (values.line.end - values.line.start);
      } else if (slot instanceof Slot) {
        bytes += (slot.endIn(values) - slot.startIn(values)) * bytesPerByte;
      } else if (slot instanceof Chosen) {
        bytes += slot.in(values).bytesMax(values);
      } else if (!slot.isNumber) {
        bytes += jsonBytesOf(slot.in(values)).length;
      }
    }
    return bytes;
  }

  /**
   * As `JSON.stringify` and an encoder would.
   *
   * @returns where it ends
   */
  write(values: KnownValues, target: Buffer, start: number): number {
    const { needsEscapes } = values;
    let end = copyAll(this.#pieces[0] as Buffer, target, start);
    for (let at = 0; at < this.#between.length; at++) {
      const slot = this.#between[at] as Between;
      if (slot === WHOLE_LINE) {
        end = copyEscapedLine(values.line, target, end);
      } else if (slot instanceof Calculated) {
        const value = slot.in(values);
        end = slot.isNumber
          ? end + target.write(String(value), end, BYTE_ENCODING)
          : copyAll(jsonBytesOf(value), target, end);
      } else if (slot instanceof Chosen) {
        end = slot.in(values).write(values, target, end);
      } else if (needsEscapes) {
        end += target.write(escaped(slot.in(values)), end, BYTE_ENCODING);
      } else {
        const bytes = slot.bytesIn(values);
        end = copyBytes(bytes, slot.startIn(values), slot.endIn(values), target, end);
      }
      end = copyAll(this.#pieces[at + 1] as Buffer, target, end);
    }
    return end;
  }

  /** As a byte text. */
  in(values: KnownValues): string {
    const target = Buffer.allocUnsafe(this.bytesMax(values));
    return target.toString(BYTE_ENCODING, 0, this.write(values, target, 0));
  }

  #add(value: unknown): void {
    if (value instanceof Slot && !value.isNumber) {
      this.#addText([value]);
    } else if (value instanceof Slot) {
      this.#addSlot(value);
    } else if (value instanceof Joined) {
      this.#addText(value.parts);
    } else if (value instanceof Calculated) {
      this.#addSlot(value);
      if (value.isNumber) this.#bytes += NUMBER_BYTES_MAX;
    } else if (Array.isArray(value)) {
      this.#addList(
        "[",
        value.map((item) => ["", item]),
        "]",
      );
    } else if (typeof value === "object" && value !== null) {
      const members = Object.entries(value).filter(([, member]) => member !== undefined);
      this.#addList(
        "{",
        members.map(([name, member]) => [`${JSON.stringify(name)}:`, member]),
        "}",
      );
    } else {
      this.#piece += JSON.stringify(value);
    }
  }

  #addList(start: string, items: readonly (readonly [string, unknown])[], end: string): void {
    this.#piece += start;
    for (const [at, [name, item]] of items.entries()) {
      const before = `${at > 0 ? "," : ""}${name}`;
      if (item instanceof Choice) {
        if (at === 0)
          throw new Error("what some events lack cannot come first: a comma follows it");
        this.#addSlot(new Chosen(item, (value) => new JsonOfSlots(value, before)));
      } else {
        this.#piece += before;
        this.#add(item);
      }
    }
    this.#piece += end;
  }

  #addText(parts: readonly (string | Slot)[]): void {
    this.#piece += '"';
    for (const part of parts) {
      if (typeof part === "string") this.#piece += escaped(part);
      else this.#addSlot(part);
    }
    this.#piece += '"';
  }

  #addSlot(slot: Between): void {
    this.#endPiece();
    this.#between.push(slot);
  }

  #endPiece(): void {
    this.#pieces.push(Buffer.from(this.#piece, BYTE_ENCODING));
    this.#bytes += this.#piece.length;
    this.#piece = "";
  }
}

/** The JSON of a value that may have slots. */
export function jsonOf(value: unknown): string | JsonOfSlots {
  return hasSlots(value) ? new JsonOfSlots(value) : JSON.stringify(value);
}

/** Of texts and objects that were met before: many events have the same. */
const knownBytes = new Map<unknown, Buffer>();
const KNOWN_BYTES_MAX = 10_000;

function jsonBytesOf(value: unknown): Buffer {
  const known = knownBytes.get(value);
  if (known !== undefined) return known;
  const bytes = Buffer.from(JSON.stringify(value), BYTE_ENCODING);
  if (knownBytes.size === KNOWN_BYTES_MAX) knownBytes.clear();
  knownBytes.set(value, bytes);
  return bytes;
}

function copyAll(bytes: Uint8Array, target: Uint8Array, start: number): number {
  return copyBytes(bytes, 0, bytes.length, target, start);
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** A line that has a shape has no control characters. */
function copyEscapedLine(
  { bytes, start: lineStart, end: lineEnd }: Line,
  target: Uint8Array,
  start: number,
): number {
  let end = start;
  for (let at = lineStart; at < lineEnd; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE || byte === BACKSLASH) {
      target[end] = BACKSLASH;
      end += 1;
    }
    target[end] = byte;
    end += 1;
  }
  return end;
}
