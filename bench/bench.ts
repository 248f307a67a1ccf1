/**
 * `npm run bench`: what a whole run of the built package costs, against the least that it could,
 * side by side in one go. The fake Slack and each run are processes of their own; figures are worth
 * comparing within one go only.
 *
 * `npm run bench -- --curve`: runs of more and more entries, and in hours of more and more objects.
 */
import Table from "cli-table3";
import { Command } from "commander";
import { FAKE_TOKEN } from "../fake-slack/fake-slack.ts";
import { measureBackfillShare } from "./backfill-share.ts";
import { buildPackage, type IngestRun, runIngest } from "./built-package.ts";
import { measureCurve, toCurveTable } from "./curve.ts";
import { measureHourObjects, toObjectsTable } from "./hour-objects.ts";
import { measureSeal } from "./measure-seal.ts";
import { formatNumber, measure, median } from "./measured.ts";
import { measureOtherJobs, measureSealing } from "./other-jobs.ts";
import { withFakeSlack } from "./processes.ts";
import { measureStart } from "./start.ts";

/** A busy hour of a Monday. */
const FROM = Date.UTC(2026, 2, 2, 12) / 1000;
/** So busy that each window is about one page. */
const ENTRIES_PER_WEEK = 40_000_000;
const CALLS_PER_MINUTE = 50;
const LATENCY_MS = 800;
const HOUR = 3600;
/** Of an hour that is sealed; `node bench/seal-hour.ts` for more. */
const SEALED_ENTRIES = 200_000;

const GOALS = {
  cpuRatio: 1.25,
  peakMemoryMiB: 120,
  sealMemoryMiB: 400,
  callShare: 0.95,
  versionMs: 60,
  ingestMs: 150,
  handlerMs: 80,
  querySeconds: 1,
  reportSeconds: 5,
  reportMemoryMiB: 400,
  jobs: {
    seal: "at most 1.3",
    verify: "at most 1.2",
    detect: "25 µs an entry",
    columns: "at most 1.2",
  },
};

const options = new Command("bench")
  .description("Measure a whole run against the floor, and against Slack's own limit.")
  .option("--runs <count>", "runs of each that are compared", Number, 3)
  .option("--limit-seconds <seconds>", "how long to run against the rate limit", Number, 180)
  .option(
    "--curve",
    "measure runs of more and more entries, and in hours of more and more objects, instead",
  )
  .option("--json", "print the figures as JSON")
  .parse()
  .opts<{ runs: number; limitSeconds: number; curve?: true; json?: true }>();

const scale = ["--entries-per-week", String(ENTRIES_PER_WEEK)];
process.stderr.write("building the package …\n");
await buildPackage();

if (options.curve) {
  const points = await measureCurve(FROM, ENTRIES_PER_WEEK);
  const hours = await measureHourObjects(FROM, ENTRIES_PER_WEEK);
  print({ points, hours }, () => `${toCurveTable(points)}\n${toObjectsTable(hours)}`);
} else {
  print(await benchmark(), toTables);
}

function print<T>(figures: T, toText: (figures: T) => string): void {
  console.log(options.json ? JSON.stringify(figures) : toText(figures));
}

async function benchmark() {
  const range = { from: FROM, until: FROM + HOUR };
  const pairs: { run: IngestRun; floorCpuSeconds: number }[] = [];
  const start = await withFakeSlack(scale, async (baseUrl) => {
    for (let pair = 0; pair < options.runs; pair++) {
      const run = await runIngest(baseUrl, range);
      const floor = await measure([
        `${import.meta.dirname}/floor.js`,
        ...[baseUrl, FAKE_TOKEN, String(range.from), String(range.until)],
      ]);
      const { entries } = JSON.parse(floor.stdout);
      if (entries !== run.summary.entries) {
        throw new Error(`the floor saw ${entries} entries, the run ${run.summary.entries}`);
      }
      pairs.push({ run, floorCpuSeconds: floor.cpuSeconds });
    }
    return measureStart(baseUrl, FROM, options.runs);
  });
  const limited = await withFakeSlack(
    [...scale, "--calls-per-minute", String(CALLS_PER_MINUTE), "--latency-ms", String(LATENCY_MS)],
    (baseUrl) =>
      runIngest(baseUrl, { from: FROM, until: FROM + 24 * HOUR }, [
        "--time-limit",
        `${options.limitSeconds}s`,
      ]),
  );
  const sealed = await measureSeal({ entries: SEALED_ENTRIES });
  const backfill = await measureBackfillShare();
  const sealing = await measureSealing();
  const others = await measureOtherJobs(options.runs);
  const jobs = [sealing, ...others.jobs];
  const entries = pairs[0]?.run.summary.entries ?? 0;
  return {
    entries,
    cpuSeconds: median(pairs.map(({ run }) => run.cpuSeconds)),
    floorCpuSeconds: median(pairs.map(({ floorCpuSeconds }) => floorCpuSeconds)),
    cpuRatio: median(pairs.map(({ run, floorCpuSeconds }) => run.cpuSeconds / floorCpuSeconds)),
    peakMemoryMiB: Math.max(...pairs.map(({ run }) => run.peakMemoryMiB), limited.peakMemoryMiB),
    start,
    limited: {
      calls: limited.summary.pages,
      allowedCalls: 1 + (limited.wallSeconds / 60) * CALLS_PER_MINUTE,
    },
    sealed: { peakMemoryMiB: sealed.peakMemoryMiB },
    backfill,
    jobs,
    querySeconds: others.querySeconds,
    report: others.report,
  };
}

function toTables(figures: Awaited<ReturnType<typeof benchmark>>): string {
  const { entries, start, limited, backfill, sealed, jobs } = figures;
  const runs = new Table({ head: ["", "entries", "CPU s", "CPU µs an entry"] });
  for (const [name, count, cpuSeconds] of [
    ["audit-lake ingest", entries, figures.cpuSeconds],
    ["floor: download, parse, gzip", entries, figures.floorCpuSeconds],
  ] as const) {
    runs.push([
      name,
      formatNumber(count),
      formatNumber(cpuSeconds, 2),
      formatNumber((1e6 * cpuSeconds) / count, 1),
    ]);
  }
  for (const { name, entries, cpuSeconds, floorCpuSeconds } of jobs) {
    for (const [what, seconds] of [
      [name, cpuSeconds],
      [`floor of ${name}`, floorCpuSeconds],
    ] as const) {
      runs.push([
        what,
        formatNumber(entries),
        formatNumber(seconds, 2),
        formatNumber((1e6 * seconds) / entries, 1),
      ]);
    }
  }
  const goals = new Table({ head: ["", "measured", "goal"] });
  goals.push(
    ["CPU of a whole run / floor", formatNumber(figures.cpuRatio, 2), `at most ${GOALS.cpuRatio}`],
    [
      "peak memory of a run, MiB",
      formatNumber(figures.peakMemoryMiB),
      `at most ${GOALS.peakMemoryMiB}`,
    ],
    [
      "peak memory of a seal, MiB",
      formatNumber(sealed.peakMemoryMiB),
      `under ${GOALS.sealMemoryMiB}`,
    ],
    [
      "CPU of --version over Node's own start, ms",
      formatNumber(start.version),
      `under ${GOALS.versionMs}`,
    ],
    [
      "CPU of the start of an ingest over that, ms",
      formatNumber(start.ingest),
      `under ${GOALS.ingestMs}`,
    ],
    [
      "CPU of the handler's import over that, ms",
      formatNumber(start.handler),
      `under ${GOALS.handlerMs}`,
    ],
    [
      "calls made / calls allowed",
      formatNumber(limited.calls / limited.allowedCalls, 3),
      `at least ${GOALS.callShare}`,
    ],
    [
      "the same of a backfill, by a simulated clock",
      formatNumber(backfill.calls / backfill.allowedCalls, 3),
      `at least ${GOALS.callShare}`,
    ],
    ...jobs.map(({ name, ratio }) => [
      `CPU of ${name} / its floor`,
      formatNumber(ratio, 2),
      GOALS.jobs[name],
    ]),
    [
      "first row of a query, s",
      formatNumber(figures.querySeconds, 2),
      `under ${GOALS.querySeconds}`,
    ],
    [
      "CPU of a report, s",
      formatNumber(figures.report.cpuSeconds, 1),
      `under ${GOALS.reportSeconds}`,
    ],
    [
      "peak memory of a report, MiB",
      formatNumber(figures.report.peakMemoryMiB),
      `under ${GOALS.reportMemoryMiB}`,
    ],
  );
  return `${runs}\n${goals}`;
}
