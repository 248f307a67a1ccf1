/**
 * `npm run bench:ocsf`: the CPU of making events, beside that of ingesting the same entries, each
 * in a process of its own, from its start to its end. Figures are worth comparing within one go only.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { buildPackage, COMMAND, ingestInto } from "./built-package.ts";
import type { OcsfJob, OcsfUse } from "./job.ts";
import { measure } from "./measured.ts";
import { withFakeSlack, work } from "./processes.ts";

/** A Monday. */
const FROM = Date.UTC(2026, 2, 2, 12) / 1000;
const HOURS = 3;
const ENTRIES_PER_WEEK = 20_000_000;
/** Of the function that writes events. */
const EVENTS_MEMORY_MB = 1769;
/** Of making events, to ingesting them. */
const GOAL = 2;

await buildPackage();
const directory = await mkdtemp(join(tmpdir(), "audit-lake-bench-"));
try {
  const ingested = await withFakeSlack(
    ["--entries-per-week", String(ENTRIES_PER_WEEK)],
    (baseUrl) => ingestInto(directory, baseUrl, { from: FROM, until: FROM + HOURS * 3600 }),
  );
  const { entries } = ingested.summary;
  const eventsAs = (output: "ndjson" | "parquet", ...options: string[]) => {
    const to = ["--output", output, "--file", join(directory, `events.${output}`)];
    return measure([COMMAND, "ocsf", "--archive", directory, ...to, ...options]);
  };
  const ndjson = await eventsAs("ndjson");
  const networks = join(directory, "networks.txt");
  await writeFile(networks, "0.0.0.0/0 everywhere\n"); // so that each event gets an enrichment
  const context = ["--countries", "included", "--networks", networks];
  const enriched = await eventsAs("ndjson", ...context);
  const parquet = await eventsAs("parquet");
  const files = await work<OcsfUse>(
    "ocsf-worker.ts",
    { directory } satisfies OcsfJob,
    EVENTS_MEMORY_MB,
  );

  const micros = (use: { cpuSeconds: number }) => (use.cpuSeconds / entries) * 1e6;
  const table = new Table({
    head: ["", "CPU, µs an entry", "of ingestion", "peak MiB"],
  });
  for (const [name, use] of [
    [`ingestion of ${entries} entries`, ingested],
    ["events as NDJSON", ndjson],
    ["events as NDJSON, what is known of addresses besides", enriched],
    ["events as Parquet", parquet],
    ["events as Parquet, a file a class", files],
  ] as const) {
    const ratio = micros(use) / micros(ingested);
    table.push([...[name, micros(use).toFixed(1), ratio.toFixed(2), use.peakMemoryMiB.toFixed(0)]]);
  }
  console.log(`${table}\nGoal: at most ${GOAL} times the CPU of ingestion.`);
} finally {
  await rm(directory, { recursive: true });
}
