/**
 * `npm run bench:ocsf`: the CPU of making events, beside that of ingesting the same entries, each
 * in a process of its own. Figures are worth comparing within one go only.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { buildPackage, ingestInto } from "./built-package.ts";
import type { OcsfJob, OcsfUse } from "./job.ts";
import { withFakeSlack, work } from "./processes.ts";

/** A Monday. */
const FROM = Date.UTC(2026, 2, 2, 12) / 1000;
const HOUR = 3600;
const ENTRIES_PER_WEEK = 20_000_000;
/** Of making events, to ingesting them. */
const GOAL = 2;

await buildPackage();
const directory = await mkdtemp(join(tmpdir(), "audit-lake-bench-"));
try {
  const ingested = await withFakeSlack(
    ["--entries-per-week", String(ENTRIES_PER_WEEK)],
    (baseUrl) => ingestInto(directory, baseUrl, { from: FROM, until: FROM + HOUR }),
  );
  const { entries } = ingested.summary;
  const eventsAs = (output: OcsfJob["output"]) =>
    work<OcsfUse>("ocsf-worker.ts", { directory, output } satisfies OcsfJob);
  const [ndjson, parquet] = [await eventsAs("ndjson"), await eventsAs("parquet")];

  const micros = (use: { cpuSeconds: number }) => (use.cpuSeconds / entries) * 1e6;
  const table = new Table({
    head: ["", "entries", "CPU, µs an entry", "of ingestion", "peak MiB"],
  });
  for (const [name, use, count] of [
    ["ingestion", ingested, entries],
    ["events as NDJSON", ndjson, ndjson.entries],
    ["events as Parquet", parquet, parquet.entries],
  ] as const) {
    const ratio = micros(use) / micros(ingested);
    table.push([
      ...[name, String(count), micros(use).toFixed(1)],
      ...[ratio.toFixed(2), use.peakMemoryMiB.toFixed(0)],
    ]);
  }
  console.log(`${table}\nGoal: at most ${GOAL} times the CPU of ingestion.`);
} finally {
  await rm(directory, { recursive: true });
}
