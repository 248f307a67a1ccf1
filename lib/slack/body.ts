import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { free, giveBack, takeBuffer } from "./body-buffers.ts";
import { SlackBodyError } from "./errors.ts";

const GZIP_BYTES_MIN = 18;
const DEFLATE_RATIO_MAX = 1032;
const PIECE_BYTES_MIN = 16 * 1024;

/**
 * Listening to `data` costs two thirds of what `for await` costs.
 *
 * @param lengthBytes - as announced, so that bytes go straight to their place; NaN when it is not
 * @returns the body, in memory that {@link giveBack} takes
 */
export function collect(
  body: Readable,
  lengthBytes: number,
  maxBytes: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let whole = takeBuffer(lengthBytes <= maxBytes ? lengthBytes : 0);
    let bytes = 0;
    body.on("data", (chunk: Uint8Array) => {
      const needed = bytes + chunk.byteLength;
      if (needed > maxBytes) {
        body.destroy(tooLarge(maxBytes));
        return;
      }
      if (needed > whole.byteLength) {
        const larger = takeBuffer(Math.max(needed, 2 * whole.byteLength));
        larger.set(whole.subarray(0, bytes));
        giveBack(whole);
        whole = larger;
      }
      whole.set(chunk, bytes);
      bytes = needed;
      if (chunk.byteLength === chunk.buffer.byteLength) {
        // Nothing else is in its memory, and nobody looks at it after this turn.
        queueMicrotask(() => free(chunk.buffer));
      }
    });
    body.on("end", () => resolve(whole.subarray(0, bytes)));
    body.on("error", reject);
  });
}

export function join(chunks: Uint8Array[], bytes: number): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) {
    return first;
  }
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** @param sent - given back when it is compressed */
export async function decompress(
  sent: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  const name = encoding?.toLowerCase() ?? "identity";
  if (name === "identity") {
    return sent;
  }
  if (name !== "gzip" && name !== "x-gzip") {
    throw new SlackBodyError("not_json", "content-encoding is none that was asked for");
  }
  try {
    const options = { maxOutputLength: maxBytes, chunkSize: pieceBytes(sent, maxBytes) };
    const body = await promisify(gunzip)(sent, options);
    giveBack(sent);
    return body;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
      ? tooLarge(maxBytes)
      : error;
  }
}

/** As much as is to come, so that it comes in one piece: gzip ends with the size of its text. */
function pieceBytes(sent: Uint8Array, maxBytes: number): number {
  const announced =
    sent.byteLength < GZIP_BYTES_MIN
      ? 0
      : new DataView(sent.buffer, sent.byteOffset).getUint32(sent.byteLength - 4, true);
  // What it says may be wrong: no more than deflate can make of so many bytes.
  const possible = Math.min(announced, DEFLATE_RATIO_MAX * sent.byteLength, maxBytes);
  return Math.max(PIECE_BYTES_MIN, possible + 1);
}

export function tooLarge(maxBytes: number): SlackBodyError {
  return new SlackBodyError("too_large", `more than ${maxBytes} bytes`);
}
