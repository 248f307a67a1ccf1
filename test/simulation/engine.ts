import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
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
 * once, so that a seed decides everything.
 */
function compressAtOnce(): void {
  type Callback = (error: Error | null, result?: Buffer) => void;
  const atOnce =
    (transform: (input: Buffer, options?: zlib.ZlibOptions) => Buffer) =>
    (input: Buffer, ...rest: [zlib.ZlibOptions, Callback] | [Callback]) => {
      const [options, callback] = rest.length === 2 ? rest : [undefined, rest[0]];
      queueMicrotask(() => {
        try {
          callback(null, transform(input, options));
        } catch (error) {
          callback(error as Error);
        }
      });
    };
  const patched = zlib as unknown as Record<string, unknown>;
  // Level 1: the simulation checks what is stored, not how small.
  patched.gzip = atOnce((input) => zlib.gzipSync(input, { level: 1, memLevel: 4 }));
  patched.gunzip = atOnce((input) => zlib.gunzipSync(input));
  syncBuiltinESMExports();
}
