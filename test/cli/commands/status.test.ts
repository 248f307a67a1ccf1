import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SqliteCheckpointStore } from "../../../lib/local/sqlite-checkpoint-store.ts";
import type { Checkpoint } from "../../../lib/ports.ts";
import { END_OF_TIME } from "../../../lib/time.ts";
import { lastLine, run } from "../audit-lake.ts";
import { temporaryDirectory } from "../temporary-directory.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

/** One archive for all tests: `status` only reads. */
let archive: string;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), "audit-lake-"));
  const names = ["page.json", "pages.json", "array.json", "entry.json", "unusable.ndjson"];
  const files = names.map((name) => join(FIXTURES, name));
  expect(await run(["import", "--archive", archive, ...files])).toMatchObject({ code: 0 });
});
afterAll(() => rm(archive, { recursive: true }));

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
          complete: [],
          lease: null,
          notBeforeMs: null,
          lateScannedAt: null,
          lateScanPosition: null,
          claims: [],
          head: null,
          sealed: [],
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
    const live = { from: 1_772_441_500, until: END_OF_TIME };
    const day = { from: 1_772_323_200, until: 1_772_409_600 };
    await checkpoints.claim("acme", { ...lease, writer: "acme", range: live }, 1_772_442_000_000);
    const seal = { ...lease, writer: "acme#close", range: day };
    await checkpoints.claim("acme", seal, 1_772_442_000_000);

    const { stdout } = await run(["status", "--archive", directory]);
    const json = lastLine((await run(["status", "--archive", directory, "--json"])).stdout);
    checkpoints.close();
    expect(stdout).toMatch(/^source +acme$/m);
    expect(stdout).toMatch(
      /^claimed +acme: from 2026-03-02 08:51:40Z on; expires 2026-03-02 11:13:20Z$/m,
    );
    expect(stdout).toMatch(
      /^claimed +acme#close: from 2026-03-01 00:00:00Z until 2026-03-02 00:00:00Z; expires /m,
    );
    const { owner, expiresAt: expiresAtMs } = lease;
    expect(json.sources).toMatchObject([
      {
        claims: [
          { writer: "acme", owner, expiresAtMs, from: live.from, until: null },
          { writer: "acme#close", owner, expiresAtMs, ...day },
        ],
      },
    ]);
    expect(stdout).toMatch(/^complete from +2026-03-01 21:20:00Z$/m);
    expect(stdout).toMatch(/^complete to +2026-03-02 09:00:00Z$/m);
    expect(stdout).toMatch(/^late scan +in progress, at 2026-03-02 08:51:40Z$/m);
    expect(stdout).toMatch(/^current run +host\/1\/run, until 2026-03-02 11:13:20Z$/m);
    expect(stdout).toMatch(/^not before +2026-03-02 09:01:40Z$/m);
  });

  it("says which days are sealed, how late entries are, and what to change for it", async () => {
    const directory = await temporaryDirectory();
    const checkpoints = new SqliteCheckpointStore(directory);
    const lease = { owner: "host/1/run", expiresAt: 1_772_450_000_000 };
    const checkpoint = { start: 1_772_400_000, watermark: 1_772_442_000, entriesPerSecond: 3 };
    const save = async (writer: string, change: Partial<Checkpoint>) => {
      await checkpoints.acquire(writer, lease, 1_772_442_000_000);
      await checkpoints.save(writer, lease, { ...checkpoint, ...change }, 1_772_442_000_000);
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
    expect(stdout).toMatch(/^sealed +12 manifests, last 2026-03-01$/m);
    expect(stdout).toMatch(/^head +(ab){32}$/m);
    expect(stdout).toMatch(
      /^late +25 \(2.5%\) of 1,000 entries since 2026-03-01 21:20:00Z, by less than 17 min 4 s$/m,
    );
    expect(stdout).toMatch(/^ +1 \(0.11%\) of 900 found only when 3 days were sealed$/m);
    expect(stdout).toMatch(/^recommended +settleDelay 2 min instead of 1 min$/m);
    expect(lastLine(json).sources).toMatchObject([
      { head, lateness: { live: { late: 25 }, recommended: { settleDelaySeconds: 120 } } },
    ]);
  });

  it("says what is missing after a backfill, what is sealed, and that a run died", async () => {
    const directory = await temporaryDirectory();
    const checkpoints = new SqliteCheckpointStore(directory);
    const lease = { owner: "host/1/run", expiresAt: 9_999_999_999_000 };
    const at = (time: string) => Date.parse(time) / 1000;
    const save = async (writer: string, start: string, watermark: string) => {
      const range = { start: at(start), watermark: at(watermark), entriesPerSecond: 3 };
      await checkpoints.acquire(writer, lease, 1_772_442_000_000);
      await checkpoints.save(writer, lease, range, 1_772_442_000_000);
    };
    await save("acme", "2026-03-01T00:00Z", "2026-03-09T00:00Z");
    const span = (from: string, until: string) => `acme#${at(from)}-${at(until)}`;
    await save(span("2026-01-01", "2026-02-01"), "2026-01-01", "2026-01-10");
    await save(span("2026-02-01", "2026-03-01"), "2026-02-01", "2026-03-01");
    await save("acme#close", "2026-01-01", "2026-01-01");
    checkpoints.close(); // As when its process is killed: the leases stay.
    const manifests = join(directory, "manifests/source=acme");
    await mkdir(manifests, { recursive: true });
    for (const day of ["2026-02-01", "2026-02-02", "2026-03-01"]) {
      await writeFile(join(manifests, `dt=${day}.json`), "{}");
    }

    const { stdout } = await run(["status", "--archive", directory]);
    const { stdout: json } = await run(["status", "--archive", directory, "--json"]);
    expect(stdout).toMatch(/^complete from +2026-01-01 00:00:00Z$/m);
    expect(stdout).toMatch(/^missing +2026-01-10 00:00:00Z to 2026-02-01 00:00:00Z$/m);
    expect(stdout).toMatch(/^complete to +2026-03-09 00:00:00Z$/m);
    expect(stdout).toMatch(/^current run +none: host\/1\/run died at work/m);
    expect(stdout).toMatch(/^ +0 runs active/m);
    expect(lastLine(json).sources).toMatchObject([
      {
        complete: [
          { from: at("2026-01-01"), until: at("2026-01-10") },
          { from: at("2026-02-01"), until: at("2026-03-09") },
        ],
        sealed: [
          { from: "2026-02-01", to: "2026-02-02" },
          { from: "2026-03-01", to: "2026-03-01" },
        ],
        lease: null,
        diedHolder: "host/1/run",
      },
    ]);

    await rm(join(directory, "checkpoints.sqlite"));
    const { stdout: without } = await run(["status", "--archive", directory]);
    expect(without).toMatch(/^complete from +unknown: no run is recorded \(checkpoints.sqlite\)$/m);
    expect(without).toMatch(/^late scan +-$/m);
    expect(without).toMatch(/^sealed +3 days\n +2026-02-01 to 2026-02-02\n +2026-03-01$/m);
  });

  it("does not show a source whose only run failed at once", async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "audit_logs/source=acme"), { recursive: true });
    const checkpoints = new SqliteCheckpointStore(directory);
    await checkpoints.acquire("slcak", { owner: "host/1/run", expiresAt: 1 }, 0);
    checkpoints.close();

    const { stdout } = await run(["status", "--archive", directory, "--json"]);
    expect(lastLine(stdout).sources).toMatchObject([{ source: "acme" }]);
  });

  it("shows one source alone when it is named", async () => {
    const directory = await temporaryDirectory();
    const page = join(FIXTURES, "page.json");
    await run(["import", "--archive", directory, "--source", "acme", page]);
    await run(["import", "--archive", directory, "--source", "zeta", page]);
    const status = (...args: string[]) => run(["status", "--archive", directory, ...args]);

    const { stdout } = await status("--source", "zeta", "--json");
    expect(lastLine(stdout).sources).toMatchObject([{ source: "zeta", objects: 1 }]);
    expect(await status("--source", "other")).toEqual({
      code: 2,
      stdout: "",
      stderr: `audit-lake: the archive ${directory} has no source "other"; it has acme, zeta: name one with --source\n`,
    });
  });

  it("refuses an archive that is not there in one line", async () => {
    const { code, stdout, stderr } = await run(["status", "--archive", "/nowhere/at/all"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^audit-lake: there is no archive at \/nowhere\/at\/all: .*\n$/);
  });
});
