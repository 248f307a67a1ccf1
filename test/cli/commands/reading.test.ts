import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { encodeObject } from "../../../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../../lib/local/sqlite-checkpoint-store.ts";
import type { Checkpoint } from "../../../lib/ports.ts";
import { lastLine, run, start } from "../audit-lake.ts";
import { archivedLines } from "../local-run.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

/** One archive for all tests: `cat` and `status` only read. */
let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  const names = ["page.json", "pages.json", "array.json", "entry.json", "unusable.ndjson"];
  const files = names.map((name) => join(FIXTURES, name));
  expect(await run(["import", "--archive", archive, ...files])).toMatchObject({ code: 0 });
});
afterAll(() => rm(archive, { recursive: true }));

async function cat(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(["cat", "--archive", archive, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout === "" ? [] : stdout.trimEnd().split("\n");
}

describe("cat", () => {
  it("prints every stored line, oldest first, byte for byte", async () => {
    const lines = await cat();
    expect(lines).toEqual(await archivedLines(archive));
    const times = lines.map((line) => JSON.parse(line).date_create);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it.each<[string[], string[]]>([
    [
      ["--from", "1772442060", "--until", "1772445600"],
      ["page-2", "page-3", "pages-1"],
    ],
    [["--until", "2026-03-02T09:00:01Z"], ["page-1"]],
    [["--from", "2026-03-02T14:00Z"], ["usable"]],
    [
      ["--action", "anomaly", "user_logout"],
      ["page-3", "array-2"],
    ],
    [["--id", "array-1"], ["array-1"]],
    [["--id", "array-1", "--action", "anomaly"], []],
    [["--id", "not the id of the entry"], []],
  ])("selects with %j", async (args, ids) => {
    expect((await cat(...args)).map((line) => JSON.parse(line).id)).toEqual(ids);
  });

  it("ends quietly when its reader has seen enough", async () => {
    const large = await temporaryDirectory();
    const store = new DirectoryArchiveStore(large);
    for (let from = 1_772_442_000; from < 1_772_442_000 + 20 * 3600; from += 3600) {
      const entries = makeEntries(3600, { from }).map(({ id = "", dateCreate, text }) => ({
        id,
        dateCreate,
        bytes: Buffer.from(text),
      }));
      const { key, body } = await encodeObject("acme", entries);
      await store.put(key, body);
    }
    const { process, ended } = start(["cat", "--archive", large]);
    if (process.stdout === null) throw new Error("its output is not piped");
    await once(process.stdout, "data");
    process.stdout.destroy();
    await expect(ended).rejects.toThrow(); // The reader has gone away, and with it the output.
    expect(process.exitCode ?? (await once(process, "exit"))[0]).toBe(0);
  });

  it("names the object that is damaged", async () => {
    const damaged = await temporaryDirectory();
    await run(["import", "--archive", damaged, join(FIXTURES, "page.json")]);
    const files = await readdir(damaged, { recursive: true });
    const object = files.find((name) => name.endsWith(".gz")) ?? "";
    await writeFile(join(damaged, object), "not gzip");
    const { code, stderr } = await run(["cat", "--archive", damaged]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^audit-lake: .*audit_logs\/source=slack\/.*\.json\.gz.*\n$/);
  });
});

describe("status", () => {
  it("says what an archive holds that only imports filled", async () => {
    const { code, stdout } = await run(["status", "--archive", archive, "--json"]);
    expect(code).toBe(0);
    expect(lastLine(stdout)).toEqual({
      archive,
      sources: [
        {
          source: "slack",
          start: null,
          watermark: null,
          lagSeconds: null,
          lease: null,
          notBeforeMs: null,
          lateScannedAt: null,
          lateScanPosition: null,
          head: null,
          lateness: null,
          backfill: null,
          objects: 5,
          bytes: expect.any(Number),
          quarantined: 4,
        },
      ],
    });
  });

  it("says how far a run has come that is at work", async () => {
    const directory = await temporaryDirectory();
    const checkpoints = new SqliteCheckpointStore(directory);
    const lease = { owner: "host/1/run", expiresAt: 1_772_450_000_000 };
    await checkpoints.acquire("acme", lease, 1_772_442_000_000);
    const checkpoint = {
      start: 1_772_400_000,
      watermark: 1_772_442_000,
      entriesPerSecond: 3,
      notBefore: 1_772_442_100_000,
      lateScannedAt: 1_772_441_000,
      lateScanPosition: 1_772_441_500,
    };
    await checkpoints.save("acme", lease, checkpoint, 1_772_442_000_000);

    const { stdout } = await run(["status", "--archive", directory]);
    checkpoints.close();
    expect(stdout).toMatch(/^source +acme$/m);
    expect(stdout).toMatch(/^complete from +2026-03-01 21:20:00Z$/m);
    expect(stdout).toMatch(/^complete to +2026-03-02 09:00:00Z$/m);
    expect(stdout).toMatch(/^late scan +has come to 2026-03-02 08:51:40Z$/m);
    expect(stdout).toMatch(/^run at work +host\/1\/run, until 2026-03-02 11:13:20Z$/m);
    expect(stdout).toMatch(/^not before +2026-03-02 09:01:40Z$/m);
  });

  it("says which days are sealed, how late entries are, and what to change for it", async () => {
    const directory = await temporaryDirectory();
    const checkpoints = new SqliteCheckpointStore(directory);
    const lease = { owner: "host/1/run", expiresAt: 1_772_450_000_000 };
    const checkpoint = { start: 1_772_400_000, watermark: 1_772_442_000, entriesPerSecond: 3 };
    const save = async (lane: string, change: Partial<Checkpoint>) => {
      await checkpoints.acquire(lane, lease, 1_772_442_000_000);
      await checkpoints.save(lane, lease, { ...checkpoint, ...change }, 1_772_442_000_000);
    };
    const startedAtMs = 1_772_400_000_000;
    await save("acme", {
      tally: {
        ...{ startedAtMs, settleDelaySeconds: 60, allowedLatenessSeconds: 900 },
        ...{ entries: 1000, late_below_512: 20, late_below_1024: 5 },
      },
    });
    const head = { day: "2026-03-01", sequence: 12, sha256: "ab".repeat(32) };
    await save("acme#close", {
      closing: { head, hours: {} },
      tally: {
        startedAtMs,
        allowedLatenessSeconds: 900,
        days: 3,
        entries: 900,
        late_below_65536: 1,
      },
    });

    const { stdout } = await run(["status", "--archive", directory]);
    const { stdout: json } = await run(["status", "--archive", directory, "--json"]);
    checkpoints.close();
    expect(stdout).toMatch(/^sealed +12 days, last 2026-03-01$/m);
    expect(stdout).toMatch(/^head +(ab){32}$/m);
    expect(stdout).toMatch(
      /^late +25 \(2.5%\) of 1,000 entries since 2026-03-01 21:20:00Z, by less than 17 min 4 s$/m,
    );
    expect(stdout).toMatch(/^ +1 \(0.11%\) of 900 found only by the close of 3 days$/m);
    expect(stdout).toMatch(/^recommended +settleDelay 2 min instead of 1 min$/m);
    expect(lastLine(json).sources).toMatchObject([
      { head, lateness: { live: { late: 25 }, recommended: { settleDelaySeconds: 120 } } },
    ]);
  });

  it("says so when there is nothing yet", async () => {
    const directory = await temporaryDirectory();
    const { stdout } = await run(["status", "--archive", directory]);
    expect(stdout).toBe(`Nothing is archived in ${directory} yet.\n`);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe("a mistake", () => {
  it.each([["status"], ["cat"]])(
    "%s of an archive that is not there gives one line",
    async (command) => {
      const { code, stdout, stderr } = await run([command, "--archive", "/nowhere/at/all"]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^audit-lake: there is no archive at \/nowhere\/at\/all: .*\n$/);
    },
  );

  it("an unknown command gives one line", async () => {
    const { code, stderr } = await run(["statsu"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^audit-lake: unknown command 'statsu'.*\n$/);
  });
});

describe("help", () => {
  it.each([[], ["ingest"], ["import"], ["status"], ["cat"]])(
    "%s shows its examples",
    async (...command) => {
      const { code, stdout } = await run([...command, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toContain(command.length === 0 ? "Exit codes:" : `  audit-lake ${command}`);
    },
  );
});
