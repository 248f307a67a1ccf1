import { rm } from "node:fs/promises";
import { MUTANTS_FOLDER, makeMutant } from "./make-mutant.ts";
import { MUTANTS, type Mutant } from "./mutants.ts";
import { Thread } from "./thread.ts";

/** Small enough to stop soon once a mutant is found. */
const BATCH_SEEDS = 50;

interface FindSettings {
  /** In the names of the mutants to find; empty: all. */
  names: string;
  from: number;
  /** Tried with each, at most. */
  seeds: number;
  jobs: number;
  /** Begin with the seed that is known to find it. */
  known: true | undefined;
}

/**
 * Try seeds with each mutant until one breaks the promise, and print a line for each.
 *
 * @returns how many were not found
 */
export async function findMutants(settings: FindSettings): Promise<number> {
  const mutants = MUTANTS.filter(({ name }) => name.includes(settings.names));
  const queue = mutants.values();
  let survivors = 0;
  const work = async () => {
    // A broken engine loads its own modules, and shares their dependencies with the others.
    const thread = new Thread();
    for (const mutant of queue) {
      const line = await find(thread, mutant, settings);
      if (line === undefined) survivors += 1;
      console.log(`${(line ?? "  SURVIVES").padEnd(10)}  an engine that ${mutant.name}`);
    }
    await thread.stop();
  };
  await Promise.all(Array.from({ length: settings.jobs }, work));
  await rm(MUTANTS_FOLDER, { recursive: true, force: true });
  console.log(`${mutants.length - survivors} of ${mutants.length} mutants found`);
  return survivors;
}

/** @returns the seed, and what it breaks; nothing when no seed finds the mutant */
async function find(
  thread: Thread,
  mutant: Mutant,
  { from, seeds, known }: FindSettings,
): Promise<string | undefined> {
  const root = await makeMutant(mutant);
  if (known) {
    const { broken } = await thread.simulate({ root, from: mutant.seed, count: 1 });
    if (broken !== undefined) return describe(broken.seed);
  }
  for (let next = from; next < from + seeds; next += BATCH_SEEDS) {
    const count = Math.min(BATCH_SEEDS, from + seeds - next);
    const { broken } = await thread.simulate({ root, from: next, count });
    if (broken !== undefined) return describe(broken.seed);
  }
  return undefined;
}

function describe(seed: number): string {
  return `seed ${String(seed).padStart(5)}`;
}
