/** `npm run sim`: scenarios by the thousand, one of them again with its trace, or the mutants. */

import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { formatCount, formatSeconds } from "../../cli/output/format.ts";
import { ProgressBar } from "../../cli/output/progress-bar.ts";
import { loadEngine } from "./engine.ts";
import { findMutants } from "./find-mutants.ts";
import { simulate } from "./simulate.ts";
import { Thread } from "./thread.ts";
import type { BatchEnd } from "./worker.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Seeds that a thread gets at once. */
const BATCH_SEEDS = 100;

/** Of a long trace the end says why. */
const TRACE_LINES_MAX = 80;

const options = new Command("sim")
  .description("Run the engine in virtual time, with whatever a seed lets go wrong.")
  .option("--seed <number>", "one scenario, with a trace of everything that happens in it", toCount)
  .option("--seeds <count>", "so many scenarios; of a mutant, at most so many", toCount)
  .option("--from <number>", "the first seed", toCount, 1)
  .option("--jobs <count>", "scenarios at once, each on a core", toCount, 1)
  .option("--mutants [names]", "find each broken engine whose name has this in it")
  .option("--known", "begin with the seed that is known to find a mutant")
  .option("--json", "print one JSON object, the last line")
  .addHelpText(
    "after",
    "\nExits with 1 when a scenario breaks the promise, or a mutant does not: docs/internals/simulation.md.",
  )
  .parse()
  .opts<{
    seed?: number;
    seeds?: number;
    from: number;
    jobs: number;
    mutants?: string | true;
    known?: true;
    json?: true;
  }>();

process.exitCode = await run();
// Processes that were killed in a scenario may still have time-outs.
process.exit();

async function run(): Promise<number> {
  const { seed, seeds, mutants, from, jobs, known } = options;
  if (seed !== undefined) return replay(seed);
  if (mutants === undefined) return runMany(seeds ?? 10_000);
  const names = mutants === true ? "" : mutants;
  const survivors = await findMutants({ names, from, jobs, seeds: seeds ?? 2000, known });
  return survivors === 0 ? 0 : 1;
}

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

async function runMany(seeds: number): Promise<number> {
  const { from, jobs, json } = options;
  const startedMs = performance.now();
  const bar = new ProgressBar();
  let next = from;
  let kept = 0;
  let cpuMs = 0;
  let broken: BatchEnd["broken"];
  const rate = () => Math.round((kept / (performance.now() - startedMs)) * 1000);
  const work = async () => {
    const thread = new Thread();
    while (broken === undefined && next < from + seeds) {
      const batch = { from: next, count: Math.min(BATCH_SEEDS, from + seeds - next) };
      next += batch.count;
      const end = await thread.simulate(batch);
      kept += end.kept;
      cpuMs += end.cpuMs;
      broken ??= end.broken;
      bar.update(kept, seeds, [
        `${formatCount(kept)} scenarios`,
        `${formatCount(rate())} a second`,
        `${formatSeconds((seeds - kept) / Math.max(1, rate()))} left`,
      ]);
    }
    await thread.stop();
  };
  process.once("SIGINT", () => {
    bar.stop();
    console.error(`ended after ${formatCount(kept)} scenarios, none of them broken`);
    process.exit(130);
  });
  await Promise.all(Array.from({ length: jobs }, work));
  bar.stop();
  if (broken !== undefined) {
    await explain(broken.seed);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const perCpuSecond = Math.round((kept / cpuMs) * 1000);
  if (json) {
    const summary = { scenarios: kept, from, jobs, seconds, perSecond: rate(), perCpuSecond };
    console.log(JSON.stringify({ ...summary, broken: broken ?? null }));
  } else if (broken === undefined) {
    console.log(
      `${formatCount(kept)} scenarios from seed ${from}: the promise holds; ${formatSeconds(seconds)}, ${formatCount(rate())} a second, ${formatCount(perCpuSecond)} a second of CPU time`,
    );
  }
  return broken === undefined ? 0 : 1;
}

/** Run the scenario again, and show how it ended. */
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
