import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadEngine } from "./engine.ts";
import { MUTANTS, makeMutant } from "./mutants.ts";
import { simulate } from "./simulate.ts";

const ROOT = join(import.meta.dirname, "../..");
const SEEDS = 500;

/** A mutant may take this many worlds to be found out. */
const MUTANT_SEEDS_MAX = 2000;

describe("the engine in virtual time", () => {
  it(`keeps its promise in ${SEEDS} worlds`, { timeout: 120_000 }, async () => {
    const engine = await loadEngine(ROOT);
    for (let seed = 1; seed <= SEEDS; seed++) {
      await simulate(engine, seed).catch((cause) => {
        throw new Error(`seed ${seed}: npm run sim -- --seed ${seed}`, { cause });
      });
    }
  });

  it("does the same for the same seed", async () => {
    const engine = await loadEngine(ROOT);
    const traceOf = async (seed: number) => {
      const lines: string[] = [];
      await simulate(engine, seed, (line) => lines.push(line));
      return lines;
    };
    for (const seed of [3, 47, 211]) {
      const trace = await traceOf(seed);
      expect(trace.length).toBeGreaterThan(10);
      expect(await traceOf(seed)).toEqual(trace);
    }
  });
});

describe("the simulation finds out an engine that", () => {
  afterAll(() => rm(join(ROOT, ".mutants"), { recursive: true, force: true }));

  it.each(MUTANTS)("$name", { timeout: 120_000 }, async (mutant) => {
    const engine = await loadEngine(await makeMutant(mutant));
    expect(await firstSeedThatFails(engine)).toBeLessThanOrEqual(MUTANT_SEEDS_MAX);
  });
});

async function firstSeedThatFails(engine: Awaited<ReturnType<typeof loadEngine>>): Promise<number> {
  for (let seed = 1; seed <= MUTANT_SEEDS_MAX; seed++) {
    try {
      await simulate(engine, seed);
    } catch {
      return seed;
    }
  }
  return Number.POSITIVE_INFINITY;
}
