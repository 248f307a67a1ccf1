import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Batch, BatchEnd } from "./worker.ts";

/** What a thread makes is soon garbage; with this much room, little of it is ever moved. */
const YOUNG_GENERATION_MB = 96;

/** A thread that simulates. */
export class Thread {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });

  /** One batch at a time. */
  async simulate(batch: Batch): Promise<BatchEnd> {
    this.#worker.postMessage(batch);
    const [end] = (await once(this.#worker, "message")) as [BatchEnd];
    return end;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
