/** One side of `npm run bench:query`, in a process of its own: its time and its peak of memory. */

import { createProgram } from "../cli/program.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { createDatabase } from "../lib/local/duckdb.ts";
import { listLakeFiles } from "../lib/local/lake-files.ts";
import { createLakeViews } from "../lib/local/lake-views.ts";
import { setFlatHeapFlags } from "../lib/run/flat-heap.ts";
import type { QueryJob, QueryUse } from "./query-job.ts";

const job: QueryJob = JSON.parse(process.argv[2] ?? "");
const startedMs = performance.now();
await (job.side === "audit-lake" ? runCommand(job) : runDuckDb(job));
const use: QueryUse = {
  seconds: (performance.now() - startedMs) / 1000,
  cpuSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
  peakMemoryMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
};
console.log(JSON.stringify(use));

async function runCommand({ directory, sql, format, file }: QueryJob): Promise<void> {
  const args = ["query", sql, "--archive", directory, "--output", format, "--file", file];
  const program = await createProgram(args);
  setFlatHeapFlags(); // as cli/main.ts does
  await program.parseAsync(args, { from: "user" });
}

/** The same rows of the same files, by DuckDB's own writer: nothing is checked. */
async function runDuckDb({ directory, sql, format, file }: QueryJob): Promise<void> {
  const database = await createDatabase();
  const connection = await database.connect();
  const files = await listLakeFiles(new DirectoryArchiveStore(directory));
  await createLakeViews(connection, directory, files);
  const writer = { ndjson: "json", json: "json, ARRAY true", csv: "csv", parquet: "parquet" };
  await connection.run(`COPY (${sql}) TO '${file}' (FORMAT ${writer[format]})`);
  database.closeSync();
}
