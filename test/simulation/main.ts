/** `npm run sim`: worlds by the thousand, or one of them again with its trace. */
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { loadEngine } from "./engine.ts";
import { simulate } from "./simulate.ts";

const options = new Command("sim")
  .description("Run the engine in virtual time, with whatever a seed lets go wrong.")
  .option("--seed <number>", "one world, with a trace of everything that happens in it", toCount)
  .option("--seeds <count>", "so many worlds", toCount, 10_000)
  .option("--from <number>", "the first seed", toCount, 1)
  .parse()
  .opts<{ seed?: number; seeds: number; from: number }>();

const engine = await loadEngine(join(import.meta.dirname, "../.."));

if (options.seed !== undefined) {
  await simulate(engine, options.seed, console.log);
} else {
  const startedMs = performance.now();
  for (let done = 0; done < options.seeds; done++) {
    const seed = options.from + done;
    await simulate(engine, seed).catch((cause) => {
      console.error(`seed ${seed} breaks the promise; replay: npm run sim -- --seed ${seed}`);
      throw cause;
    });
    if ((done + 1) % 1000 === 0) {
      report(done + 1, startedMs);
    }
  }
  report(options.seeds, startedMs);
}
// Processes that were killed in a world still have time-outs that count in real time.
process.exit();

function report(worlds: number, startedMs: number): void {
  const perSecond = Math.round((worlds / (performance.now() - startedMs)) * 1000);
  console.log(`${worlds} worlds, nothing lost, nothing twice; ${perSecond} a second`);
}

function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return Number(text);
}
