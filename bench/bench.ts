/**
 * `npm run bench`: what a whole run costs, against the least that it could,
 * side by side in one go. The fake Slack and each run are processes of their
 * own; figures are worth comparing within one go only.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { FAKE_TOKEN } from "../fake-slack/fake-slack.ts";
import type { FloorUse, IngestJob, IngestUse } from "./job.ts";
import { measureSeal } from "./measure-seal.ts";
import { withFakeSlack, work } from "./processes.ts";

/** A Monday, so that the small and the large span have the same busy hours. */
const FROM = Date.UTC(2026, 2, 2, 12) / 1000;
/** So busy that each window is about one page. */
const ENTRIES_PER_WEEK = 40_000_000;
const CALLS_PER_MINUTE = 50;
const LATENCY_MS = 800;
const HOUR = 3600;
/** Of an hour that is sealed; `node bench/seal-hour.ts` for more. */
const SEALED_ENTRIES = 200_000;

const GOALS = { cpuRatio: 1.5, memoryRatio: 1.1, memoryMiB: 400, callShare: 0.95 };

const options = new Command("bench")
  .description("Measure a whole run against the floor, and against Slack's own limit.")
  .option("--limit-seconds <seconds>", "how long to run against the rate limit", Number, 180)
  .option("--json", "print the figures as JSON")
  .parse()
  .opts<{ limitSeconds: number; json?: boolean }>();

const scale = ["--entries-per-week", String(ENTRIES_PER_WEEK)];
const small = await withFakeSlack(scale, (baseUrl) => measure(baseUrl, FROM + HOUR));
const large = await withFakeSlack(scale, (baseUrl) => measure(baseUrl, FROM + 8 * HOUR));
const floor = await withFakeSlack(scale, (baseUrl) =>
  work<FloorUse>("floor-worker.ts", jobFor(baseUrl, "", FROM + 8 * HOUR)),
);
const limited = await withFakeSlack(
  [...scale, "--calls-per-minute", String(CALLS_PER_MINUTE), "--latency-ms", String(LATENCY_MS)],
  (baseUrl) => measure(baseUrl, FROM + 24 * HOUR, options.limitSeconds * 1000),
);

const sealed = await measureSeal({ entries: SEALED_ENTRIES });

const floorCpu = perMillion(floor.cpuSeconds, floor.entries);
const allowedCalls = 1 + (limited.wallSeconds / 60) * CALLS_PER_MINUTE;
const figures = {
  small: figuresOf(small),
  large: figuresOf(large),
  floor: { entries: floor.entries, cpuSecondsPerMillionEntries: floorCpu },
  sealed: usedFor(sealed.summary.manifest?.listed ?? 0, sealed),
  limited: { ...figuresOf(limited), calls: limited.summary.pages, allowedCalls },
  ratios: {
    cpu: perMillion(large.cpuSeconds, large.summary.entries) / floorCpu,
    memory: large.peakMemoryMiB / small.peakMemoryMiB,
    calls: limited.summary.pages / allowedCalls,
  },
};

if (options.json) {
  console.log(JSON.stringify(figures));
} else {
  console.log(toTables(figures));
}

/** A run of its own into an archive of its own. */
async function measure(
  baseUrl: string,
  until: number,
  timeLimitMs = 3_600_000,
): Promise<IngestUse> {
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-bench-"));
  try {
    return await work<IngestUse>(
      "ingest-worker.ts",
      jobFor(baseUrl, directory, until, timeLimitMs),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

function jobFor(baseUrl: string, directory: string, until: number, timeLimitMs = 0): IngestJob {
  return { baseUrl, token: FAKE_TOKEN, directory, from: FROM, until, timeLimitMs };
}

function figuresOf({ summary, ...use }: IngestUse) {
  const { entries, bytes, outcome } = summary;
  return { outcome, archivedMiB: bytes / 2 ** 20, ...usedFor(entries, use) };
}

function usedFor(entries: number, use: Omit<IngestUse, "summary">) {
  const { wallSeconds, cpuSeconds, peakMemoryMiB } = use;
  return {
    entries,
    entriesPerSecond: entries / wallSeconds,
    cpuSecondsPerMillionEntries: perMillion(cpuSeconds, entries),
    peakMemoryMiB,
  };
}

function perMillion(seconds: number, entries: number): number {
  return (seconds / entries) * 1e6;
}

type Figures = typeof figures;

function toTables({ small, large, floor, sealed, limited, ratios }: Figures): string {
  const number = (value: number, digits = 0) =>
    value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
  const runs = new Table({ head: ["", "entries", "entries/s", "CPU s per million", "peak MiB"] });
  for (const [name, run] of [
    ["whole run", small],
    ["whole run", large],
    [`at ${CALLS_PER_MINUTE} calls/min`, limited],
    ["seal of an hour", sealed],
  ] as const) {
    runs.push([
      name,
      number(run.entries),
      number(run.entriesPerSecond),
      number(run.cpuSecondsPerMillionEntries, 2),
      number(run.peakMemoryMiB),
    ]);
  }
  runs.push([
    "floor: parse + gzip",
    number(floor.entries),
    "",
    number(floor.cpuSecondsPerMillionEntries, 2),
    "",
  ]);
  const goals = new Table({ head: ["", "measured", "goal"] });
  goals.push(
    ["CPU of a whole run / floor", number(ratios.cpu, 2), `at most ${GOALS.cpuRatio}`],
    ["peak memory, large / small", number(ratios.memory, 2), `at most ${GOALS.memoryRatio}`],
    [
      "peak memory, MiB",
      number(Math.max(large.peakMemoryMiB, sealed.peakMemoryMiB)),
      `under ${GOALS.memoryMiB}`,
    ],
    ["calls made / calls allowed", number(ratios.calls, 3), `at least ${GOALS.callShare}`],
  );
  return `${runs}\n${goals}`;
}
