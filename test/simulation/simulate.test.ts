import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "./engine.ts";
import { MUTANTS, makeMutant } from "./mutants.ts";
import { simulate } from "./simulate.ts";

const ROOT = join(import.meta.dirname, "../..");
const SEEDS = 2000;

/** A mutant may take this many worlds to be found out. */
const MUTANT_SEEDS_MAX = 2000;

describe("the engine in virtual time", () => {
  it(`I1, I2, I7: keeps its promise in ${SEEDS} worlds`, async () => {
    const { code, stdout, stderr } = await sim("--seeds", `${SEEDS}`, "--jobs", "2", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("BROKEN") });
    expect(JSON.parse(stdout)).toMatchObject({ worlds: SEEDS, from: 1, jobs: 2, broken: null });
  });

  it("is replayed by its seed, with a trace", async () => {
    const { code, stdout } = await sim("--seed", "47");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +\d+\.\d{3} s {2}run 1: starts$/m);
    expect(stdout).toMatch(/^ +\d+\.\d{3} s {2}run 1: ends: \{/m);
    expect(stdout).toContain("seed 47 keeps the promise");
  });

  it.each([
    ["--seeds", "none"],
    ["--seed", "0"],
    ["--jobs", "-1"],
  ])("refuses %s %s in one line", async (...args) => {
    const { code, stderr } = await sim(...args);
    expect(code).toBe(1);
    expect(stderr).toContain("It must be a whole number from 1.");
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
  // As in the command: most errors are part of the play, and traces cost time.
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(async () => {
    Error.stackTraceLimit = stackTraceLimit;
    await rm(join(ROOT, ".mutants"), { recursive: true, force: true });
  });

  it.each(MUTANTS)("$name", { timeout: 120_000 }, async (mutant) => {
    const engine = await loadEngine(await makeMutant(mutant));
    expect(await firstSeedThatFails(engine)).toBeLessThanOrEqual(MUTANT_SEEDS_MAX);
  });
});

/** The command, in a process of its own. */
function sim(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...args]);
  return Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([stdout, stderr, [code]]) => ({ code, stdout, stderr }),
  );
}

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
