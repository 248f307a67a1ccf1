import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import zlib from "node:zlib";
import { currentProcess } from "./platform.ts";

/** The engine as a simulation uses it, from the product's own sources or from a broken copy. */
export type Engine = Pick<typeof import("../../lib/ingest/ingest.ts"), "ingest"> &
  Pick<typeof import("../../lib/backfill/backfill-span.ts"), "backfillSpan"> &
  Pick<typeof import("../../lib/backfill/plan.ts"), "planBackfill" | "beginBackfill" | "spansOf"> &
  Pick<typeof import("../../lib/import/import-entries.ts"), "importEntries"> &
  Pick<typeof import("../../lib/seal/days-to-seal.ts"), "daysToSeal"> &
  Pick<typeof import("../../lib/seal/seal-day.ts"), "sealDay"> &
  Pick<typeof import("../../lib/seal/verify.ts"), "verify"> &
  Pick<typeof import("../../lib/run/slack-source.ts"), "createSlackSource"> &
  Pick<typeof import("../../lib/slack/page.ts"), "parseLogsPage"> &
  Pick<typeof import("../../lib/aws/dynamodb-checkpoint-store.ts"), "DynamoDbCheckpointStore"> &
  Pick<typeof import("../../lib/columns/day-digest.ts"), "DayDigest"> &
  Pick<
    typeof import("../../lib/columns/write-day-columns.ts"),
    "writeDayColumns" | "ColumnsError"
  > &
  Pick<typeof import("../../lib/detect/consume-object.ts"), "consumeObject"> &
  Pick<typeof import("../../lib/detect/detector.ts"), "Detector"> &
  Pick<typeof import("../../lib/detect/seen-names.ts"), "SeenNames"> &
  Pick<typeof import("../../lib/ports.ts"), "ObjectMissingError">;

const MODULES = [
  "ingest/ingest.ts",
  "backfill/backfill-span.ts",
  "backfill/plan.ts",
  "import/import-entries.ts",
  "seal/days-to-seal.ts",
  "seal/seal-day.ts",
  "seal/verify.ts",
  "run/slack-source.ts",
  "slack/page.ts",
  "aws/dynamodb-checkpoint-store.ts",
  "columns/day-digest.ts",
  "columns/write-day-columns.ts",
  "detect/consume-object.ts",
  "detect/detector.ts",
  "detect/seen-names.ts",
  "ports.ts",
];

/**
 * @param root - a folder with `lib/` in it
 */
export async function loadEngine(root: string): Promise<Engine> {
  compressInVirtualTime();
  timeOutInVirtualTime();
  const modules = await Promise.all(
    MODULES.map((path) => import(pathToFileURL(join(root, "lib", path)).href)),
  );
  return Object.assign({}, ...modules);
}

/** Stands before what was not compressed, so that other bytes are refused as no gzip is. */
const MARK = Buffer.from("stored:");

const COMPRESSION_MS = 20;

/**
 * Compression runs on other threads and ends when it likes; here virtual time
 * ends it, so that a seed decides everything. It does not compress either: that
 * would take a tenth of the time, and nothing here checks how small it gets.
 */
function compressInVirtualTime(): void {
  const patch = (name: string, value: unknown) =>
    Object.defineProperty(zlib, name, { value, configurable: true, enumerable: true });
  patch("gzip", (input: Buffer, _options: object, done: (error: null, body: Buffer) => void) => {
    const process = currentProcess();
    process?.onCompression();
    process?.plan(COMPRESSION_MS, () => done(null, store(input)));
  });
  patch("gunzipSync", (input: Buffer) => ({
    buffer: unstore(input),
    engine: { bytesWritten: input.byteLength },
  }));
  // Objects here are small: none is compressed as a stream, or decompressed on another thread.
  patch("createGzip", undefined);
  patch("gunzip", undefined);
  syncBuiltinESMExports();
}

/** What the patched compression makes of text. */
export function store(...text: Uint8Array[]): Buffer {
  return Buffer.concat([MARK, ...text]);
}

/** What the patched compression stored. */
export function unstore(body: Uint8Array): Buffer {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!bytes.subarray(0, MARK.length).equals(MARK)) {
    throw new Error("incorrect header check");
  }
  return bytes.subarray(MARK.length);
}

interface Timer {
  cancel: () => void;
}

/** The client's time-outs, which go by real time otherwise. */
function timeOutInVirtualTime(): void {
  const { setTimeout, clearTimeout } = globalThis;
  if ("isVirtual" in setTimeout) return;
  const plan = (fire: () => void, ms: number, ...args: []) => {
    const process = currentProcess();
    return process === undefined
      ? setTimeout(fire, ms, ...args)
      : { cancel: process.plan(ms, fire) };
  };
  Object.assign(globalThis, {
    setTimeout: Object.assign(plan, { isVirtual: true }),
    clearTimeout: (timer: NodeJS.Timeout | Timer | undefined) =>
      timer !== undefined && "cancel" in timer ? timer.cancel() : clearTimeout(timer),
  });
}
