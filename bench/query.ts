/**
 * `npm run bench:query`: every entry of a made-up archive to a file, by `audit-lake query`
 * and by DuckDB's own writer over the same files and the same view, each in a process of its
 * own, in turn. "ratio" is the time, "CPU ratio" the CPU time, each divided by DuckDB's of the
 * same run. Of several runs, the table has medians, the shortest time and the largest peak.
 *
 * Objects of 15,000 entries: `--days 2 --entries-per-week 2400000`.
 *
 * `audit-lake` checks every file that it reads (docs/adr/0013-verified-reading.md) and
 * formats what a terminal or a spreadsheet would obey; DuckDB does neither.
 */

import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Command, InvalidArgumentError } from "commander";
import { formatBytes, formatCount } from "../cli/output/format.ts";
import { renderTable } from "../cli/output/table.ts";
import { fillArchive } from "./made-up-archive.ts";
import { median } from "./measured.ts";
import type { QueryJob, QueryUse } from "./query-job.ts";

const WORKER = fileURLToPath(new URL("query-worker.ts", import.meta.url));
/** The command's own: without it, compiling takes 60 MB and more. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url));
const SIDES = ["DuckDB", "audit-lake"] as const;
const FORMATS = ["ndjson", "csv", "parquet"] as const;

/** What both sides used, one after the other. */
type Run = Record<QueryJob["side"], QueryUse & { resultBytes: number }>;

const options = new Command("bench:query")
  .option("--days <count>", "days", toCount, 30)
  .option("--entries-per-week <count>", "of the made-up organization, about", toCount, 35_000)
  .option("--runs <count>", "of each side and format", toCount, 1)
  .option("--sql <select>", "what to ask", "SELECT * FROM audit_logs")
  .parse()
  .opts<{ days: number; entriesPerWeek: number; runs: number; sql: string }>();

const directory = await mkdtemp(join(tmpdir(), "bench-query-"));
try {
  const archive = join(directory, "archive");
  const entries = await fillArchive(archive, options);
  console.log(`${formatCount(entries)} entries in ${options.days} days; ${options.sql}`);
  const rows: string[][] = [];
  for (const format of FORMATS) {
    const runs: Run[] = [];
    for (let run = 0; run < options.runs; run++) {
      const bySide = {} as Run;
      for (const side of SIDES) bySide[side] = await measureSide(side, archive, format);
      runs.push(bySide);
    }
    for (const side of SIDES) {
      const uses = runs.map((run) => run[side]);
      const seconds = uses.map((use) => use.seconds);
      const ratio = (figure: "seconds" | "cpuSeconds") =>
        side === "DuckDB"
          ? ""
          : median(runs.map((run) => run[side][figure] / run.DuckDB[figure])).toFixed(2);
      rows.push([
        format,
        side,
        formatBytes(uses[0]?.resultBytes ?? 0),
        median(seconds).toFixed(1),
        Math.min(...seconds).toFixed(1),
        ratio("seconds"),
        median(uses.map((use) => use.cpuSeconds)).toFixed(1),
        ratio("cpuSeconds"),
        Math.max(...uses.map((use) => use.peakMemoryMb)).toFixed(0),
      ]);
    }
  }
  console.log(
    renderTable(
      ["format", "by", "result", "s", "least", "ratio", "CPU, s", "CPU ratio", "peak, MB"],
      rows,
      { isNumeric: [false, false, true, true, true, true, true, true, true] },
    ),
  );
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function measureSide(
  side: QueryJob["side"],
  archive: string,
  format: QueryJob["format"],
): Promise<Run[QueryJob["side"]]> {
  const file = join(directory, `result.${format}`);
  const use = await work({ side, directory: archive, sql: options.sql, format, file });
  const { size } = await stat(file);
  await rm(file);
  return { ...use, resultBytes: size };
}

async function work(job: QueryJob): Promise<QueryUse> {
  const args = [WORKER, JSON.stringify(job)];
  const env = { ...process.env, NODE_COMPILE_CACHE };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout);
}

function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1.");
  }
  return Number(text);
}
