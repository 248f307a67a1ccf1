import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { MUTANTS } from "./mutants.ts";

/** `.ci/run` simulates 10,000. */
const SEEDS = 500;

describe("the engine in virtual time", { timeout: 300_000 }, () => {
  it(`I1–I7: keeps its promise in ${SEEDS} seeded scenarios`, async () => {
    const { code, stdout, stderr } = await sim("--seeds", `${SEEDS}`, "--jobs", "2", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("BROKEN") });
    expect(JSON.parse(stdout)).toMatchObject({ scenarios: SEEDS, from: 1, jobs: 2, broken: null });
  });

  it.each(["3", "16"])("does the same again for seed %s, with a trace", async (seed) => {
    const first = await sim("--seed", seed);
    const { stdout } = first;
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^ +\d+\.\d{3} s {2}acme: live run 1: starts$/m);
    expect(stdout).toMatch(/^ +\d+\.\d{3} s {2}acme: live run 1: ends: \{/m);
    expect(stdout).toContain(`seed ${seed} keeps the promise`);
    expect(await sim("--seed", seed)).toEqual(first);
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

  // All of them take a minute: `npm run sim -- --mutants`, which .ci/run calls.
  it("finds out an engine that is broken", async () => {
    const { code, stdout } = await sim("--mutants", "gives its lease up", "--known");
    expect(stdout).toContain("1 of 1 mutants found");
    expect(code).toBe(0);
  });

  it("has broken engines that are made from the engine of today", async () => {
    const outdated: string[] = [];
    for (const { name, file, find } of MUTANTS) {
      const source = await readFile(join(import.meta.dirname, "../../lib", file), "utf8");
      if (source.split(find).length !== 2) outdated.push(name);
    }
    expect(outdated).toEqual([]);
  });
});

/** The command, in a process of its own. */
function sim(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...args]);
  return Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([stdout, stderr, [code]]) => ({ code, stdout, stderr }),
  );
}
