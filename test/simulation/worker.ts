/** A thread of `npm run sim`: lives through the worlds that it is given. */
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { loadEngine } from "./engine.ts";
import { simulate } from "./simulate.ts";

export interface Batch {
  /** The first seed. */
  from: number;
  count: number;
}

export interface BatchEnd {
  /** That kept the promise. */
  worlds: number;
  broken?: { seed: number; message: string };
}

// Most errors here are part of the play, and nobody looks at where they were made.
Error.stackTraceLimit = 0;

const engine = await loadEngine(join(import.meta.dirname, "../.."));

parentPort?.on("message", async ({ from, count }: Batch) => {
  let worlds = 0;
  for (let seed = from; seed < from + count; seed++) {
    try {
      await simulate(engine, seed);
      worlds += 1;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      parentPort?.postMessage({ worlds, broken: { seed, message } } satisfies BatchEnd);
      return;
    }
  }
  parentPort?.postMessage({ worlds } satisfies BatchEnd);
});
