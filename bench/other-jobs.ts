import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAKE_TOKEN } from "../fake-slack/fake-slack.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { dayOf, rangeOfDay, SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../lib/time.ts";
import { sealDays } from "../test/seal/sealed-archive.ts";
import { COMMAND, ingestInto } from "./built-package.ts";
import { benchDays, fillArchive, SOURCE } from "./made-up-archive.ts";
import { type Measured, measure, median } from "./measured.ts";
import { withFakeSlack } from "./processes.ts";

/** A demo week is as large as this. */
const DAYS = 7;
const ENTRIES_PER_WEEK = 200_000;
const FLOORS = join(import.meta.dirname, "floors.js");
const COLUMNS_FLOOR = join(import.meta.dirname, "columns-floor.ts");

/** An hour of a Monday, and its day. */
const SEALED_FROM = Date.UTC(2026, 2, 2, 12) / 1000;
const SEALED_UNTIL = SEALED_FROM + SECONDS_PER_HOUR;
const SEALED_DAY = dayOf(SEALED_FROM);
/** So that the hour has about 200,000. */
const SEALED_ENTRIES_PER_WEEK = 40_000_000;

export interface JobFigures {
  name: "seal" | "verify" | "detect" | "columns";
  entries: number;
  cpuSeconds: number;
  floorCpuSeconds: number;
  /** Median of the ratios, pair by pair. */
  ratio: number;
  wallSeconds: number;
  peakMemoryMiB: number;
}

/**
 * The jobs over a sealed archive, each beside the least that it could take.
 *
 * @returns the jobs, how many seconds `query` takes to its first and only row, and what `report`
 * over the whole week takes
 */
export async function measureOtherJobs(runs: number): Promise<{
  jobs: JobFigures[];
  querySeconds: number;
  report: { entries: number; cpuSeconds: number; peakMemoryMiB: number };
}> {
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-jobs-"));
  try {
    const days = benchDays(DAYS);
    const size = { days: DAYS, entriesPerWeek: ENTRIES_PER_WEEK };
    const entries = await fillArchive(directory, size);
    await sealDays(new DirectoryArchiveStore(directory), SOURCE, days);
    const query = [COMMAND, "query", "--archive", directory, "SELECT id FROM audit_logs LIMIT 1"];
    const queries: number[] = [];
    for (let run = 0; run < runs; run++) queries.push((await measure(query)).wallSeconds);
    const period = ["--from", days.at(0) ?? "", "--until", benchDays(DAYS + 1).at(-1) ?? ""];
    const page = ["report", "--archive", directory, "--output", join(directory, "report.html")];
    const reports = [];
    for (let run = 0; run < runs; run++) reports.push(await measure([COMMAND, ...page, ...period]));
    const archive = ["--archive", directory, "--source", SOURCE];
    const jobs: JobFigures[] = [];
    for (const [name, args] of [
      ["verify", ["verify", ...archive]],
      ["detect", ["detect", ...archive, "--json"]],
      ["columns", ["columns", ...archive]],
    ] as const) {
      const pairs = [];
      // Columns are written once.
      for (let run = 0; run < (name === "columns" ? 1 : runs); run++) {
        const use = await measure([COMMAND, ...args]);
        const floor = await measure(
          name === "columns" ? [COLUMNS_FLOOR, directory] : [FLOORS, name, directory],
        );
        pairs.push({ use, floor });
      }
      jobs.push(toFigures(name, entries, pairs));
    }
    const report = {
      entries,
      cpuSeconds: median(reports.map(({ cpuSeconds }) => cpuSeconds)),
      peakMemoryMiB: Math.max(...reports.map(({ peakMemoryMiB }) => peakMemoryMiB)),
    };
    return { jobs, querySeconds: median(queries), report };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Ingest a day with entries in one hour, and seal it: beside downloading, parsing and hashing both sides. */
export async function measureSealing(): Promise<JobFigures> {
  const hour = [`--from=${SEALED_FROM}`, `--until=${SEALED_UNTIL}`];
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-jobs-"));
  try {
    return await withFakeSlack(
      [`--entries-per-week=${SEALED_ENTRIES_PER_WEEK}`, ...hour],
      async (baseUrl) => {
        const { from, until } = rangeOfDay(SEALED_DAY);
        const settled = { from, until: until + SECONDS_PER_DAY };
        const { entries } = (await ingestInto(directory, baseUrl, settled)).summary;
        const archive = ["--archive", directory, "--api-base", baseUrl, "--day", SEALED_DAY];
        const use = await measure([COMMAND, "seal", ...archive], {
          env: { SLACK_AUDIT_TOKEN: FAKE_TOKEN },
        });
        const listing = [baseUrl, FAKE_TOKEN, String(SEALED_FROM), String(SEALED_UNTIL)];
        const floor = await measure([FLOORS, "seal", directory, ...listing]);
        return toFigures("seal", entries, [{ use, floor }]);
      },
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

function toFigures(
  name: JobFigures["name"],
  entries: number,
  pairs: readonly { use: Measured; floor: Measured }[],
): JobFigures {
  return {
    name,
    entries,
    cpuSeconds: median(pairs.map(({ use }) => use.cpuSeconds)),
    floorCpuSeconds: median(pairs.map(({ floor }) => floor.cpuSeconds)),
    ratio: median(pairs.map(({ use, floor }) => use.cpuSeconds / floor.cpuSeconds)),
    wallSeconds: median(pairs.map(({ use }) => use.wallSeconds)),
    peakMemoryMiB: Math.max(...pairs.map(({ use }) => use.peakMemoryMiB)),
  };
}
