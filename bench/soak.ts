/**
 * `npm run soak`: the local stack through virtual weeks, each hour compared
 * with the truth. Ends with its days, with its minutes, or at the first thing
 * that is wrong.
 */

import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { reportError, UsageError } from "../cli/errors.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { formatBytes, formatCount, formatSeconds } from "../cli/output/format.ts";
import { ProgressBar } from "../cli/output/progress-bar.ts";
import { renderStatusLines } from "../cli/output/status-lines.ts";
import { abortOnInterrupt } from "../cli/run/interrupt.ts";
import { SECONDS_PER_HOUR } from "../lib/time.ts";
import { Soak, type SoakEnd, type SoakFigures } from "./soak/soak.ts";

const ENDS: Record<SoakEnd | "broken", string> = {
  virtual_time: "all days are over; nothing lost, nothing twice, nothing changed",
  real_time: "the time is over; nothing lost, nothing twice, nothing changed",
  interrupted: "interrupted; nothing lost, nothing twice, nothing changed in what was compared",
  broken: "BROKEN: see below",
};

const options = new Command("soak")
  .description("Run the local stack through virtual weeks, and compare each hour with the truth.")
  .option("--minutes <count>", "real time in which entries are taken in", toNumber, 5)
  .option("--days <count>", "virtual time, in whole hours", toNumber, 14)
  .option("--entries-per-day <count>", "mean over a week", toCount, 50_000_000)
  .option("--memory-mib <count>", "how much memory the process may take", toCount, 512)
  .option("--seed <number>", "other entries, other trouble", toCount, 1)
  .option("--archive <dir>", "a new or empty directory (default: a temporary one)")
  .option("--json", "print the figures as JSON")
  .allowExcessArguments(false)
  .parse()
  .opts<{
    minutes: number;
    days: number;
    entriesPerDay: number;
    memoryMib: number;
    seed: number;
    archive?: string;
    json?: true;
  }>();

const HOURS = Math.ceil(options.days * 24);

process.exitCode = await main().catch(reportError);

async function main(): Promise<number> {
  const directory = options.archive ?? (await mkdtemp(join(tmpdir(), "audit-lake-soak-")));
  await checkEmpty(directory);
  const { entriesPerDay, seed, memoryMib: memoryMiBMax } = options;
  const soak = new Soak({ directory, hours: HOURS, entriesPerDay, seed, memoryMiBMax });
  const bar = new ProgressBar();
  let end: SoakEnd;
  try {
    end = await soak.run({
      minutes: options.minutes,
      signal: abortOnInterrupt("Ending after this run"),
      onProgress: (figures) => bar.update(shareDone(figures), 1, factsOf(figures)),
    });
  } catch (error) {
    bar.stop();
    print("broken", soak.figures());
    console.error(`The archive is left as it is in ${directory}.`);
    throw error;
  }
  bar.stop();
  print(end, soak.figures());
  if (options.archive === undefined) {
    await rm(directory, { recursive: true });
  }
  return end === "interrupted" ? EXIT.interrupted : EXIT.done;
}

async function checkEmpty(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0) {
    throw new UsageError(`${directory} is not empty, and what is in it would be deleted`);
  }
}

/** Whichever bound is nearer. */
function shareDone({ virtualSeconds, wallSeconds }: SoakFigures): number {
  const share = Math.max(
    virtualSeconds / (HOURS * SECONDS_PER_HOUR),
    wallSeconds / (options.minutes * 60),
  );
  return Math.min(1, share);
}

function factsOf(figures: SoakFigures): string[] {
  return [
    `${formatSeconds(figures.virtualSeconds)} of virtual time`,
    `${formatCount(figures.entries)} entries, ${formatCount(Math.round(figures.entries / figures.wallSeconds))}/s`,
    `memory ${formatMiB(figures.memoryMiB)}, at most ${formatMiB(figures.peakMemoryMiB)}`,
    `disk ${formatBytes(figures.diskBytes)}`,
  ];
}

function print(end: SoakEnd | "broken", figures: SoakFigures): void {
  if (options.json) {
    console.log(JSON.stringify({ end, ...figures }));
    return;
  }
  const { runs, entries, wallSeconds, cpuSeconds } = figures;
  const outcomes = Object.entries(runs).filter(([, count]) => count > 0);
  console.log(
    renderStatusLines([
      ["end", ENDS[end]],
      ["virtual time", formatSeconds(figures.virtualSeconds)],
      ["runs", outcomes.map(([outcome, count]) => `${formatCount(count)} ${outcome}`).join(", ")],
      [
        "calls",
        `${formatCount(figures.calls)}, of which ${formatCount(figures.faults)} went wrong`,
      ],
      ["entries", `${formatCount(entries)}, of which ${formatCount(figures.lateEntries)} late`],
      [
        "compared",
        `${formatCount(figures.entriesChecked)} entries of ${formatSeconds(figures.checkedSeconds)}`,
      ],
      [
        "time",
        `${formatSeconds(wallSeconds)}, ${formatCount(Math.round(entries / wallSeconds))} entries/s`,
      ],
      [
        "CPU",
        `${formatSeconds(cpuSeconds)}, ${((cpuSeconds / entries) * 1e6).toFixed(1)} s per million entries, made-up Slack and comparison included`,
      ],
      ["memory", `at most ${formatMiB(figures.peakMemoryMiB)}`],
      ["disk", `at most ${formatBytes(figures.peakDiskBytes)}`],
    ]),
  );
}

function formatMiB(mebibytes: number): string {
  return `${Math.round(mebibytes)} MiB`;
}

function toNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !(number > 0)) {
    throw new InvalidArgumentError("It must be a number above zero.");
  }
  return number;
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,11}$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return Number(text);
}
