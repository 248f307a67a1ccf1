/**
 * `npm run bench:query`: every entry of a made-up archive to a file, by `audit-lake query`
 * and by DuckDB's own writer over the same files and the same view, each in a process of its
 * own. "ratio" is the time, "CPU ratio" the CPU time, each divided by DuckDB's.
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
import type { QueryJob, QueryUse } from "./query-job.ts";

const WORKER = fileURLToPath(new URL("query-worker.ts", import.meta.url));
/** The command's own: without it, compiling takes 60 MB and more. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url));
const SIDES = ["DuckDB", "audit-lake"] as const;
const FORMATS = ["ndjson", "csv", "parquet"] as const;

const options = new Command("bench:query")
  .option("--days <count>", "days", toCount, 30)
  .option("--entries-per-week <count>", "of the made-up organization, about", toCount, 35_000)
  .option("--sql <select>", "what to ask", "SELECT * FROM audit_logs")
  .parse()
  .opts<{ days: number; entriesPerWeek: number; sql: string }>();

const directory = await mkdtemp(join(tmpdir(), "bench-query-"));
try {
  const archive = join(directory, "archive");
  const entries = await fillArchive(archive, options);
  console.log(`${formatCount(entries)} entries in ${options.days} days; ${options.sql}`);
  const rows: string[][] = [];
  for (const format of FORMATS) {
    let before: QueryUse | undefined;
    for (const side of SIDES) {
      const file = join(directory, `result.${format}`);
      const use = await run({ side, directory: archive, sql: options.sql, format, file });
      const { size } = await stat(file);
      await rm(file);
      rows.push([
        format,
        side,
        formatBytes(size),
        use.seconds.toFixed(1),
        before === undefined ? "" : (use.seconds / before.seconds).toFixed(2),
        use.cpuSeconds.toFixed(1),
        before === undefined ? "" : (use.cpuSeconds / before.cpuSeconds).toFixed(2),
        use.peakMemoryMb.toFixed(0),
      ]);
      before = use;
    }
  }
  console.log(
    renderTable(["format", "by", "result", "s", "ratio", "CPU, s", "CPU ratio", "peak, MB"], rows, {
      isNumeric: [false, false, true, true, true, true, true, true],
    }),
  );
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function run(job: QueryJob): Promise<QueryUse> {
  // As cli/audit-lake.js starts it.
  const args = ["--semi-space-growth-factor=1", WORKER, JSON.stringify(job)];
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
