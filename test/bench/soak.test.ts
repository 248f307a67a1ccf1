import { execFile } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SoakError } from "../../bench/soak/check-hour.ts";
import { Soak, type SoakOptions } from "../../bench/soak/soak.ts";

const SCRIPT = join(import.meta.dirname, "../../bench/soak.ts");

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "soak-test-"));
});
afterEach(() => rm(directory, { recursive: true }));

function makeSoak(fields: Partial<SoakOptions> = {}): Soak {
  const memoryMiBMax = Number.POSITIVE_INFINITY;
  return new Soak({ directory, seed: 1, hours: 2, entriesPerDay: 40_000, memoryMiBMax, ...fields });
}

describe("a soak", () => {
  it("I1, I2, I3: compares all hours with the truth and deletes them", async () => {
    const soak = makeSoak();

    await expect(soak.run({ minutes: Number.POSITIVE_INFINITY })).resolves.toBe("virtual_time");

    const figures = soak.figures();
    expect(figures.checkedSeconds).toBe(7200);
    expect(figures.entriesChecked).toBeGreaterThan(1000);
    expect(figures.entriesChecked).toBe(figures.entries);
    expect(figures.lateEntries).toBeGreaterThan(0);
    expect(figures.diskBytes).toBe(0);
    expect(await readdir(join(directory, "audit_logs/source=soak/dt=2026-03-02"))).toEqual([]);
  });

  it("compares what it took in when its real time is over", async () => {
    const soak = makeSoak();

    await expect(soak.run({ minutes: 0 })).resolves.toBe("real_time");

    const { entries, entriesChecked, checkedSeconds } = soak.figures();
    expect(checkedSeconds).toBeLessThan(3600);
    expect(entries).toBeGreaterThan(0);
    expect(entriesChecked).toBe(entries);
  });

  it("ends soon when it is interrupted", async () => {
    const soak = makeSoak();

    await expect(
      soak.run({ minutes: Number.POSITIVE_INFINITY, signal: AbortSignal.abort() }),
    ).resolves.toBe("interrupted");
    expect(soak.figures().entries).toBe(0);
  });

  it("I6: ends at a page after which it takes more memory than allowed", async () => {
    const running = makeSoak({ memoryMiBMax: 1 }).run({ minutes: Number.POSITIVE_INFINITY });

    await expect(running).rejects.toThrow(SoakError);
    await expect(running).rejects.toThrow("and 1 are allowed");
  });

  it("finds out when an object is lost behind its back", async () => {
    const hour = join(directory, "audit_logs/source=soak/dt=2026-03-02/hour=00");
    let isLost = false;
    const running = makeSoak().run({
      minutes: Number.POSITIVE_INFINITY,
      onProgress: ({ virtualSeconds }) => {
        if (isLost || virtualSeconds < 1800) return;
        isLost = true;
        removeFirstIn(hour);
      },
    });

    await expect(running).rejects.toThrow(/is lost/);
  });
});

describe("npm run soak", () => {
  it("prints its figures as JSON and leaves nothing behind", async () => {
    const { code, stdout } = await run("--days", "0.04", "--entries-per-day", "10000", "--json");

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ end: "virtual_time", checkedSeconds: 3600 });
    expect(await readdir(directory)).toEqual([]);
  });

  it("exits with 1 and keeps the archive when something is wrong", async () => {
    const archive = join(directory, "archive");
    const { code, stdout, stderr } = await run("--memory-mib", "1", "--archive", archive);

    expect(code).toBe(1);
    expect(stdout).toContain("BROKEN");
    expect(stderr).toContain("and 1 are allowed");
    expect(await readdir(archive)).toContain("audit_logs");
  });

  it("does not begin in a directory that has something in it", async () => {
    await writeFile(join(directory, "mine"), "");

    const { code, stderr } = await run("--archive", directory);

    expect(code).toBe(2);
    expect(stderr).toContain("is not empty");
  });

  it("says in a line which option makes no sense", async () => {
    const { code, stderr } = await run("--days", "many");

    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("'--days <count>' argument 'many' is invalid");
  });
});

/** @returns also when it fails */
async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [SCRIPT, ...args], {
    env: { ...process.env, TMPDIR: directory },
  }).then(
    (ended) => ({ code: 0, ...ended }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

function removeFirstIn(hour: string): void {
  rmSync(join(hour, readdirSync(hour)[0] ?? ""));
}
