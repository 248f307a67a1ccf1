import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pathToFileURL } from "node:url";
import zlib from "node:zlib";

/** The engine as a simulation uses it, from the product's own sources or from a broken copy. */
export interface Engine {
  ingest: typeof import("../../lib/ingest/ingest.ts").ingest;
  causeOf: typeof import("../../lib/ingest/summary.ts").causeOf;
  createSlackSource: typeof import("../../lib/ingest/slack-source.ts").createSlackSource;
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
  const { causeOf } = await load("ingest/summary.ts");
  const { createSlackSource } = await load("ingest/slack-source.ts");
  const { LeaseLostError, ObjectMissingError } = await load("ports.ts");
  return { ingest, causeOf, createSlackSource, LeaseLostError, ObjectMissingError };
}

/**
 * Compression runs on other threads and ends when it likes; here it ends at
 * once, so that a seed decides everything. Nothing checks how small it gets.
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
        done(null, zlib.gzipSync(Buffer.concat(chunks), { level: 0 }));
      },
    });
  });
  patch("gunzip", (input: Buffer, done: (error: unknown, output?: Buffer) => void) => {
    queueMicrotask(() => done(null, zlib.gunzipSync(input)));
  });
  syncBuiltinESMExports();
}
