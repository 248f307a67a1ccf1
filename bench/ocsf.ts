/**
 * `npm run bench:ocsf`: the CPU of making events, beside that of ingesting the same entries, each
 * in a process of its own, from its start to its end, one after the other. Of several runs the table
 * has medians, and the largest peak. Figures are worth comparing within one go only.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { buildPackage, COMMAND, ingestInto } from "./built-package.ts";
import type { OcsfJob, OcsfUse } from "./job.ts";
import { measure, median } from "./measured.ts";
import { withFakeSlack, work } from "./processes.ts";

/** A Monday. */
const FROM = Date.UTC(2026, 2, 2, 12) / 1000;
const HOURS = 3;
const RUNS = 3;
const ENTRIES_PER_WEEK = 20_000_000;
/** Of the function that writes events. */
const EVENTS_MEMORY_MB = 1769;
/** Of making events, to ingesting them. */
const GOAL = 2;

await buildPackage();
const runs: Awaited<ReturnType<typeof run>>[] = [];
while (runs.length < RUNS) runs.push(await run());
const entries = runs[0]?.[0].entries ?? 0;
const table = new Table({
  head: ["", "CPU, µs an entry", "of ingestion", "least to most", "peak MiB"],
});
for (const [at, name] of [
  `ingestion of ${entries} entries`,
  "events as NDJSON",
  "events as NDJSON, what is known of addresses besides",
  "events as Parquet",
  "events as Parquet, a file a class",
].entries()) {
  const uses = runs.map((use) => use[at] as OcsfUse);
  const ratios = runs.map((use) => (use[at] as OcsfUse).cpuSeconds / use[0].cpuSeconds);
  table.push([
    name,
    ((median(uses.map(({ cpuSeconds }) => cpuSeconds)) / entries) * 1e6).toFixed(1),
    median(ratios).toFixed(2),
    `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
    Math.max(...uses.map(({ peakMemoryMiB }) => peakMemoryMiB)).toFixed(0),
  ]);
}
console.log(`${table}\nGoal: at most ${GOAL} times the CPU of ingestion.`);

/** @returns what ingestion used, and then what each kind of events did */
async function run() {
  const directory = await mkdtemp(join(tmpdir(), "audit-lake-bench-"));
  try {
    const ingested = await withFakeSlack(
      ["--entries-per-week", String(ENTRIES_PER_WEEK)],
      (baseUrl) => ingestInto(directory, baseUrl, { from: FROM, until: FROM + HOURS * 3600 }),
    );
    const eventsAs = (output: "ndjson" | "parquet", ...options: string[]) => {
      const to = ["--output", output, "--file", join(directory, `events.${output}`)];
      return measure([COMMAND, "ocsf", "--archive", directory, ...to, ...options]);
    };
    const networks = join(directory, "networks.txt");
    await writeFile(networks, "0.0.0.0/0 everywhere\n"); // so that each event gets an enrichment
    return [
      { ...ingested, entries: ingested.summary.entries },
      await eventsAs("ndjson"),
      await eventsAs("ndjson", "--countries", "included", "--networks", networks),
      await eventsAs("parquet"),
      await work<OcsfUse>("ocsf-worker.ts", { directory } satisfies OcsfJob, EVENTS_MEMORY_MB),
    ] as const;
  } finally {
    await rm(directory, { recursive: true });
  }
}
