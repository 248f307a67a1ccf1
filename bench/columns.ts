/**
 * `npm run bench:columns`: what the saved queries read and how long they
 * take over sealed days, from lines and then from columns, in one go.
 *
 * Bytes are those that the process read from files (`rchar` of /proc/self/io,
 * so that this needs Linux); times are of the second of two runs each.
 */

import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { formatBytes, formatCount } from "../cli/output/format.ts";
import { ProgressBar } from "../cli/output/progress-bar.ts";
import { renderTable } from "../cli/output/table.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { type LakeDatabase, openLake } from "../lib/local/lake-database.ts";
import { writeDayAsParquet } from "../lib/local/parquet-columns.ts";
import { SAVED_QUERIES } from "../lib/sql/saved-queries.ts";
import { sealDays } from "../test/seal/sealed-archive.ts";
import { benchDays, fillArchive, SOURCE } from "./made-up-archive.ts";

interface Use {
  bytes: number;
  seconds: number;
}

const options = new Command("bench:columns")
  .option("--days <count>", "sealed days", toCount, 90)
  .option("--entries-per-week <count>", "of the made-up organization, about", toCount, 100_000)
  .option("--json", "print the figures as JSON")
  .parse()
  .opts<{ days: number; entriesPerWeek: number; json?: true }>();

const days = benchDays(options.days);
const directory = await mkdtemp(join(tmpdir(), "bench-compaction-"));
const bar = new ProgressBar();
try {
  const entries = await fill();
  const before = await measureAll("from lines");
  let [linesBytes, columnsBytes] = [0, 0];
  for (const [done, day] of days.entries()) {
    bar.update(done, days.length, ["into columns"]);
    const compacted = await writeDayAsParquet(directory, SOURCE, day);
    linesBytes += compacted.linesBytes;
    columnsBytes += compacted.columnsBytes;
  }
  const after = await measureAll("from columns");
  bar.stop();
  report(entries, { linesBytes, columnsBytes }, before, after);
} finally {
  bar.stop();
  await rm(directory, { recursive: true, force: true });
}

/** @returns entries in the archive */
async function fill(): Promise<number> {
  const size = { days: days.length, entriesPerWeek: options.entriesPerWeek };
  const total = await fillArchive(directory, size, (done) =>
    bar.update(done, days.length, ["filling", days[done] ?? ""]),
  );
  await sealDays(new DirectoryArchiveStore(directory), SOURCE, days);
  return total;
}

async function measureAll(what: string): Promise<Map<string, Use>> {
  const uses = new Map<string, Use>();
  const lake = await openLake(directory);
  try {
    for (const { name, parameters, sql } of SAVED_QUERIES.values()) {
      bar.update(uses.size, SAVED_QUERIES.size, [what, name]);
      const values = {
        from_day: days.at(0) ?? "",
        to_day: days.at(-1) ?? "",
        new_since: days.at(-7) ?? days[0] ?? "",
        as_of: `${days.at(-1)}T23:59:59Z`,
      };
      const known = parameters.filter((parameter) => parameter.name in values);
      const required = parameters.filter(({ isRequired }) => isRequired);
      const text = sql(
        Object.fromEntries([
          ...required.map((parameter) => [parameter.name, parameter.default.slice(1, -1)]),
          ...known.map(({ name }) => [name, values[name as keyof typeof values]]),
        ]),
      );
      await lake.query(text);
      uses.set(name, await measure(lake, text));
    }
    return uses;
  } finally {
    lake.close();
  }
}

async function measure(lake: LakeDatabase, sql: string): Promise<Use> {
  const bytesBefore = bytesRead();
  const startedMs = performance.now();
  await lake.query(sql);
  const seconds = (performance.now() - startedMs) / 1000;
  return { bytes: bytesRead() - bytesBefore, seconds };
}

function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

function report(
  entries: number,
  sizes: { linesBytes: number; columnsBytes: number },
  before: ReadonlyMap<string, Use>,
  after: ReadonlyMap<string, Use>,
): void {
  const sum = (uses: ReadonlyMap<string, Use>): Use => ({
    bytes: [...uses.values()].reduce((total, { bytes }) => total + bytes, 0),
    seconds: [...uses.values()].reduce((total, { seconds }) => total + seconds, 0),
  });
  const none: Use = { bytes: 0, seconds: 0 };
  const rows = [...before, ["all of them", sum(before)] as const].map(([name, lines]) => {
    const columns = name === "all of them" ? sum(after) : (after.get(name) ?? none);
    return { name, lines, columns };
  });
  if (options.json) {
    console.log(JSON.stringify({ days: days.length, entries, ...sizes, queries: rows }));
    return;
  }
  console.log(
    `${formatCount(entries)} entries in ${days.length} days: ${formatBytes(sizes.linesBytes)} as lines, ${formatBytes(sizes.columnsBytes)} in columns\n`,
  );
  console.log(
    renderTable(
      ["query", "lines", "columns", "ratio", "lines, s", "columns, s", "ratio"],
      rows.map(({ name, lines, columns }) => [
        name,
        formatBytes(lines.bytes),
        formatBytes(columns.bytes),
        (columns.bytes / lines.bytes).toFixed(2),
        lines.seconds.toFixed(2),
        columns.seconds.toFixed(2),
        (columns.seconds / lines.seconds).toFixed(2),
      ]),
      { isNumeric: [false, true, true, true, true, true, true] },
    ),
  );
}

function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return Number(text);
}
