/** `npm run sim`: worlds by the thousand, or one of them again with its trace. */

import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { Command, InvalidArgumentError } from "commander";
import { formatCount, formatSeconds } from "../../cli/output/format.ts";
import { ProgressBar } from "../../cli/output/progress-bar.ts";
import { loadEngine } from "./engine.ts";
import { simulate } from "./simulate.ts";
import type { Batch, BatchEnd } from "./worker.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Seeds that a worker gets at once. */
const BATCH_SEEDS = 100;

/** Of a long trace the end says why. */
const TRACE_LINES_MAX = 80;

const options = new Command("sim")
  .description("Run the engine in virtual time, with whatever a seed lets go wrong.")
  .option("--seed <number>", "one world, with a trace of everything that happens in it", toCount)
  .option("--seeds <count>", "so many worlds", toCount, 10_000)
  .option("--from <number>", "the first seed", toCount, 1)
  .option("--jobs <count>", "worlds at once, each on a core", toCount, 1)
  .option("--json", "print one JSON object, the last line")
  .addHelpText(
    "after",
    "\nExits with 1 when a world breaks the promise: docs/internals/simulation.md.",
  )
  .parse()
  .opts<{ seed?: number; seeds: number; from: number; jobs: number; json?: true }>();

process.exitCode = options.seed === undefined ? await runMany() : await replay(options.seed);
// Processes that were killed in a world still have time-outs that count in real time.
process.exit();

async function replay(seed: number): Promise<number> {
  const engine = await loadEngine(ROOT);
  try {
    await simulate(engine, seed, console.log);
  } catch (error) {
    console.error(`\nseed ${seed} breaks the promise: ${messageOf(error)}`);
    return 1;
  }
  console.log(`\nseed ${seed} keeps the promise`);
  return 0;
}

async function runMany(): Promise<number> {
  const { seeds, from, jobs, json } = options;
  const startedMs = performance.now();
  const bar = new ProgressBar();
  let next = from;
  let worlds = 0;
  let broken: BatchEnd["broken"];
  const rate = () => Math.round((worlds / (performance.now() - startedMs)) * 1000);
  const work = async () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url));
    while (broken === undefined && next < from + seeds) {
      const batch: Batch = { from: next, count: Math.min(BATCH_SEEDS, from + seeds - next) };
      next += batch.count;
      worker.postMessage(batch);
      const [end] = (await once(worker, "message")) as [BatchEnd];
      worlds += end.worlds;
      broken ??= end.broken;
      bar.update(worlds, seeds, [
        `${formatCount(worlds)} worlds`,
        `${formatCount(rate())} a second`,
        `${formatSeconds((seeds - worlds) / Math.max(1, rate()))} left`,
      ]);
    }
    await worker.terminate();
  };
  process.once("SIGINT", () => {
    bar.stop();
    console.error(`ended after ${formatCount(worlds)} worlds, none of them broken`);
    process.exit(130);
  });
  await Promise.all(Array.from({ length: jobs }, work));
  bar.stop();
  if (broken !== undefined) {
    await explain(broken.seed);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const summary = { worlds, from, jobs, seconds, worldsPerSecond: rate(), broken: broken ?? null };
  if (json) {
    console.log(JSON.stringify(summary));
  } else if (broken === undefined) {
    console.log(
      `${formatCount(worlds)} worlds from seed ${from}: nothing lost, nothing twice; ${formatSeconds(seconds)}, ${formatCount(rate())} a second`,
    );
  }
  return broken === undefined ? 0 : 1;
}

/** Live through the world again, and show how it ended. */
async function explain(seed: number): Promise<void> {
  const engine = await loadEngine(ROOT);
  const trace: string[] = [];
  await simulate(engine, seed, (line) => trace.push(line)).catch((error) =>
    trace.push(`BROKEN: ${messageOf(error)}`),
  );
  const left = trace.length - TRACE_LINES_MAX;
  if (left > 0) console.error(`(${left} lines before this)`);
  console.error(trace.slice(-TRACE_LINES_MAX).join("\n"));
  console.error(`\nreplay all of it: npm run sim -- --seed ${seed}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return Number(text);
}
