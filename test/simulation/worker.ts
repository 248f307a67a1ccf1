/** A thread of `npm run sim`: simulates the seeds that it is given. */
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { type Engine, loadEngine } from "./engine.ts";
import { simulate } from "./simulate.ts";

export interface Batch {
  /** Folder of the engine; absent: the product's own. */
  root?: string | undefined;
  /** The first seed. */
  from: number;
  count: number;
}

export interface BatchEnd {
  /** Seeds that kept the promise, before the first that did not. */
  kept: number;
  broken?: { seed: number; message: string };
  /** CPU time, milliseconds. */
  cpuMs: number;
}

// Most errors here are part of the play, and nobody looks at where they were made.
Error.stackTraceLimit = 0;

const ROOT = join(import.meta.dirname, "../..");
const engines = new Map<string, Promise<Engine>>();

function engineIn(root: string): Promise<Engine> {
  const engine = engines.get(root) ?? loadEngine(root);
  engines.set(root, engine);
  return engine;
}

parentPort?.on("message", async ({ root = ROOT, from, count }: Batch) => {
  const engine = await engineIn(root);
  const startedAt = process.threadCpuUsage();
  let kept = 0;
  let broken: BatchEnd["broken"];
  for (let seed = from; seed < from + count && broken === undefined; seed++) {
    try {
      await simulate(engine, seed);
      kept += 1;
    } catch (error) {
      broken = { seed, message: error instanceof Error ? error.message : String(error) };
    }
  }
  const { user, system } = process.threadCpuUsage(startedAt);
  const end: BatchEnd = { kept, cpuMs: (user + system) / 1000 };
  parentPort?.postMessage(broken === undefined ? end : { ...end, broken });
});
