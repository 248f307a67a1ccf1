import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { sealDays } from "../test/seal/sealed-archive.ts";
import { COMMAND } from "./built-package.ts";
import { benchDays, fillArchive, SOURCE } from "./made-up-archive.ts";
import { measure, median } from "./measured.ts";

/** A demo week is as large as this. */
const DAYS = 7;
const ENTRIES_PER_WEEK = 200_000;

export interface JobFigures {
  name: "verify" | "detect" | "columns";
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
        const floor = await measure([join(import.meta.dirname, "floors.js"), name, directory]);
        pairs.push({ use, floor });
      }
      jobs.push({
        name,
        entries,
        cpuSeconds: median(pairs.map(({ use }) => use.cpuSeconds)),
        floorCpuSeconds: median(pairs.map(({ floor }) => floor.cpuSeconds)),
        ratio: median(pairs.map(({ use, floor }) => use.cpuSeconds / floor.cpuSeconds)),
        wallSeconds: median(pairs.map(({ use }) => use.wallSeconds)),
        peakMemoryMiB: Math.max(...pairs.map(({ use }) => use.peakMemoryMiB)),
      });
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
