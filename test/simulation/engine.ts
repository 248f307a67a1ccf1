import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pathToFileURL } from "node:url";
import zlib from "node:zlib";

/** The engine as a simulation uses it, from the product's own sources or from a broken copy. */
export interface Engine {
  ingest: typeof import("../../lib/ingest/ingest.ts").ingest;
  causeOf: typeof import("../../lib/run/outcome.ts").causeOf;
  createSlackSource: typeof import("../../lib/run/slack-source.ts").createSlackSource;
  LeaseLostError: typeof import("../../lib/ports.ts").LeaseLostError;
  ObjectMissingError: typeof import("../../lib/ports.ts").ObjectMissingError;
}

/**
 * @param root - a folder with `lib/` in it
 */
export async function loadEngine(root: string): Promise<Engine> {
  compressAtOnce();
  const load = (path: string) => import(pathToFileURL(join(root, "lib", path)).href);
  const { ingest } = await load("ingest/ingest.ts");
  const { causeOf } = await load("run/outcome.ts");
  const { createSlackSource } = await load("run/slack-source.ts");
  const { LeaseLostError, ObjectMissingError } = await load("ports.ts");
  return { ingest, causeOf, createSlackSource, LeaseLostError, ObjectMissingError };
}

/** Stands before what was not compressed, so that other bytes are refused as no gzip is. */
const MARK = Buffer.from("stored:");

/**
 * Compression runs on other threads and ends when it likes; here it ends at
 * once, so that a seed decides everything. It does not compress either: that
 * would take a tenth of the time, and nothing here checks how small it gets.
 */
function compressAtOnce(): void {
  const patch = (name: string, value: unknown) =>
    Object.defineProperty(zlib, name, { value, configurable: true, enumerable: true });
  patch("createGzip", () => {
    const chunks: Buffer[] = [];
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
      flush(done) {
        done(null, Buffer.concat([MARK, ...chunks]));
      },
    });
  });
  patch("gunzip", (input: Buffer, done: (error: unknown, output?: Buffer) => void) => {
    queueMicrotask(() => {
      try {
        done(null, unstore(input));
      } catch (error) {
        done(error);
      }
    });
  });
  syncBuiltinESMExports();
}

/** What the patched compression stored. */
export function unstore(body: Uint8Array): Buffer {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!bytes.subarray(0, MARK.length).equals(MARK)) {
    throw new Error("incorrect header check");
  }
  return bytes.subarray(MARK.length);
}
