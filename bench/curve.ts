import { globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { formatCount } from "../cli/output/format.ts";
import { ProgressBar } from "../cli/output/progress-bar.ts";
import { Organization } from "../fake-slack/organization.ts";
import { parseObjectKey } from "../lib/archive/object-key.ts";
import { ingestInto } from "./built-package.ts";
import { formatNumber } from "./measured.ts";
import { withFakeSlack } from "./processes.ts";

/** About so many entries each. */
const COUNTS = [10_000, 100_000, 1_000_000, 5_000_000];
const SECONDS_PER_STEP = 60;
const PROGRESS_MS = 1000;

export interface CurvePoint {
  entries: number;
  objects: number;
  wallSeconds: number;
  cpuSeconds: number;
  peakMemoryMiB: number;
}

/**
 * Runs of more and more entries, each by a process of its own into an archive of its own, from one
 * fake Slack in another process.
 *
 * @param from - where all of them begin, epoch seconds
 */
export async function measureCurve(from: number, entriesPerWeek: number): Promise<CurvePoint[]> {
  const organization = new Organization({ entriesPerWeek });
  return await withFakeSlack(["--entries-per-week", String(entriesPerWeek)], async (baseUrl) => {
    const points: CurvePoint[] = [];
    for (const count of COUNTS) points.push(await measurePoint(baseUrl, organization, from, count));
    return points;
  });
}

async function measurePoint(
  baseUrl: string,
  organization: Organization,
  from: number,
  count: number,
): Promise<CurvePoint> {
  let [until, expected] = [from, 0];
  while (expected < count) {
    expected += organization.count(until, until + SECONDS_PER_STEP - 1);
    until += SECONDS_PER_STEP;
  }
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-curve-"));
  const bar = new ProgressBar();
  const progress = setInterval(
    () => bar.update(reachedIn(directory, from) - from, until - from, [formatCount(expected)]),
    PROGRESS_MS,
  );
  try {
    const { summary, wallSeconds, cpuSeconds, peakMemoryMiB } = await ingestInto(
      directory,
      baseUrl,
      { from, until },
    );
    if (summary.entries !== expected) {
      throw new Error(`${expected} entries were to come, and ${summary.entries} did`);
    }
    const objects = objectsIn(directory).length;
    return { entries: expected, objects, wallSeconds, cpuSeconds, peakMemoryMiB };
  } finally {
    clearInterval(progress);
    bar.stop();
    await rm(directory, { recursive: true });
  }
}

function objectsIn(directory: string): string[] {
  return globSync("audit_logs/**/*.json.gz", { cwd: directory });
}

/** @returns the time of the newest archived entry, epoch seconds */
function reachedIn(directory: string, from: number): number {
  const times = objectsIn(directory).map((key) => parseObjectKey(key)?.maxDateCreate ?? from);
  return Math.max(from, ...times);
}

/** The last column is what each entry beyond those of the row above costs: the slope of the line. */
export function toCurveTable(points: readonly CurvePoint[]): string {
  const table = new Table({
    head: ["entries", "objects", "s", "CPU s", "peak MiB", "CPU µs an entry", "CPU µs one more"],
  });
  for (const [
    index,
    { entries, objects, wallSeconds, cpuSeconds, peakMemoryMiB },
  ] of points.entries()) {
    const above = points[index - 1] ?? { entries: 0, cpuSeconds: Number.NaN };
    const slope = (1e6 * (cpuSeconds - above.cpuSeconds)) / (entries - above.entries);
    table.push([
      ...[entries, objects, wallSeconds].map((value) => formatNumber(value)),
      formatNumber(cpuSeconds, 2),
      formatNumber(peakMemoryMiB),
      formatNumber((1e6 * cpuSeconds) / entries, 1),
      index === 0 ? "" : formatNumber(slope, 1),
    ]);
  }
  return table.toString();
}
