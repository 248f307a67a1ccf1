/**
 * `npm run bench:report`: what `audit-lake report` takes over a week of lines as the demo has it,
 * or with `--entries` over so many in columns, and with `--queries` what each of its queries takes.
 */

import { mkdtemp, rm, stat } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { portsOfDirectory } from "../cli/commands/report-ports.ts";
import { formatBytes } from "../cli/output/format.ts";
import { ProgressBar } from "../cli/output/progress-bar.ts";
import { renderTable } from "../cli/output/table.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { writeDayAsParquet } from "../lib/local/parquet-columns.ts";
import { statementsOf } from "../lib/report/questions.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay } from "../lib/time.ts";
import { sealDays } from "../test/seal/sealed-archive.ts";
import { buildPackage, COMMAND } from "./built-package.ts";
import { benchDays, fillArchive, SOURCE } from "./made-up-archive.ts";
import { formatNumber, measure } from "./measured.ts";
import { processUse } from "./processes.ts";

/** As `npm start` makes it, about 203,000 entries in an object an hour; here the days are sealed, too. */
const DEMO = { days: 7, entriesPerWeek: 200_000 };
const DAYS_IN_COLUMNS = 30;

const options = new Command("bench:report")
  .option("--entries <count>", "about so many entries, of 30 days, in columns", toCount)
  .option("--archive <dir>", "a report of an archive that was made before, of these days")
  .option("--runs <count>", "of the report", toCount, 3)
  .option("--queries", "what each query takes, besides")
  .parse()
  .opts<{ entries?: number; archive?: string; runs: number; queries?: true }>();

const inColumns = options.entries !== undefined;
const size =
  options.entries === undefined
    ? DEMO
    : { days: DAYS_IN_COLUMNS, entriesPerWeek: (options.entries / DAYS_IN_COLUMNS) * 7 };
const days = benchDays(size.days);
const [first = "", last = ""] = [days.at(0), days.at(-1)];
const directory = options.archive ?? (await mkdtemp(join(tmpdir(), "bench-report-")));
try {
  if (options.archive === undefined) await makeArchive();
  await buildPackage();
  await measureReport();
  if (options.queries) await measureQueries();
} finally {
  if (options.archive === undefined) await rm(directory, { recursive: true });
}

async function makeArchive(): Promise<void> {
  const bar = new ProgressBar();
  try {
    const show = (what: string) => (done: number) =>
      bar.update(done, days.length, [what, days[done] ?? ""]);
    await fillArchive(directory, size, show("filling"));
    await sealDays(new DirectoryArchiveStore(directory), SOURCE, days);
    for (const [done, day] of inColumns ? days.entries() : []) {
      show("into columns")(done);
      await writeDayAsParquet(directory, SOURCE, day);
    }
  } finally {
    bar.stop();
  }
}

async function measureReport(): Promise<void> {
  const page = join(await mkdtemp(join(tmpdir(), "bench-report-page-")), "page.html");
  const until = dayOf(startOfDay(last) + SECONDS_PER_DAY);
  const rows: string[][] = [];
  for (let run = 0; run < options.runs; run++) {
    const period = ["--from", first, "--until", until];
    const use = await measure([
      COMMAND,
      "report",
      "--archive",
      directory,
      "--output",
      page,
      ...period,
    ]);
    rows.push([
      formatNumber(use.wallSeconds, 1),
      formatNumber(use.cpuSeconds, 1),
      formatNumber(use.peakMemoryMiB),
      formatBytes((await stat(page)).size),
    ]);
  }
  await rm(join(page, ".."), { recursive: true });
  console.log(`The report, ${availableParallelism()} cores`);
  console.log(
    renderTable(["s", "CPU s", "peak MiB", "page"], rows, { isNumeric: Array(4).fill(true) }),
  );
}

async function measureQueries(): Promise<void> {
  const scope = {
    period: { from: first, to: last },
    source: undefined,
    generatedAt: startOfDay(last) + SECONDS_PER_DAY,
  };
  const statements = statementsOf(scope);
  const { signal } = new AbortController();
  const { readAll } = await portsOfDirectory(directory, scope, signal, {});
  const rows: string[][] = [];
  let before = { cpuSeconds: processUse().cpuSeconds, wallMs: performance.now() };
  const note = (name: string) => {
    const { cpuSeconds } = processUse();
    const wallMs = performance.now();
    rows.push([
      name,
      formatNumber((wallMs - before.wallMs) / 1000, 2),
      formatNumber(cpuSeconds - before.cpuSeconds, 2),
    ]);
    before = { cpuSeconds, wallMs };
  };
  await readAll(
    statements.map(({ sql }) => sql),
    scope.period,
    async ({ batches }, index) => {
      if (index === 0) note("what all of them read");
      for await (const _ of batches);
      note(statements[index]?.name ?? "");
    },
  );
  note("checks of what was read");
  console.log(
    renderTable(["query", "s", "CPU s"], rows, {
      isNumeric: [false, true, true],
    }),
  );
}

function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return Number(text);
}
