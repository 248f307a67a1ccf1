import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { MUTANTS } from "./mutants.ts";

const SEEDS = 2000;

describe("the engine in virtual time", { timeout: 300_000 }, () => {
  it(`I1–I7: keeps its promise in ${SEEDS} seeded scenarios`, async () => {
    const { code, stdout, stderr } = await sim("--seeds", `${SEEDS}`, "--jobs", "2", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("BROKEN") });
    expect(JSON.parse(stdout)).toMatchObject({ scenarios: SEEDS, from: 1, jobs: 2, broken: null });
  });

  it.each(["3", "16"])("does the same again for seed %s, with a trace", async (seed) => {
    const { code, stdout } = await sim("--seed", seed);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +\d+\.\d{3} s {2}acme: live run 1: starts$/m);
    expect(stdout).toMatch(/^ +\d+\.\d{3} s {2}acme: live run 1: ends: \{/m);
    expect(stdout).toContain(`seed ${seed} keeps the promise`);
    expect((await sim("--seed", seed)).stdout).toBe(stdout);
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

  it(`finds out ${MUTANTS.length} engines that are broken in one place each`, async () => {
    const { code, stdout } = await sim("--mutants", "--known", "--jobs", "2");
    expect(stdout).not.toContain("SURVIVES");
    expect(stdout).toContain(`${MUTANTS.length} of ${MUTANTS.length} mutants found`);
    expect(code).toBe(0);
  });
});

/** The command, in a process of its own. */
function sim(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...args]);
  return Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([stdout, stderr, [code]]) => ({ code, stdout, stderr }),
  );
}
