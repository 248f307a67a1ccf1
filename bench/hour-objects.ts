import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { DEFAULT_SOURCE } from "../cli/options/source.ts";
import { encodeObject } from "../lib/archive/archive-object.ts";
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { ingestInto } from "./built-package.ts";
import { formatNumber } from "./measured.ts";
import { withFakeSlack } from "./processes.ts";

const COUNTS = [1, 100, 1000, 10_000];
/** The part of the hour that the objects fill, and what a run then adds. */
const FILLED_SECONDS = 3000;
const INGESTED_SECONDS = 60;
/** S3 lists so many keys a call. */
const KEYS_PER_CALL = 1000;

export interface HourOfObjects {
  objects: number;
  entries: number;
  cpuSeconds: number;
  peakMemoryMiB: number;
}

/** The same minute, ingested into hours that have more and more objects. */
export async function measureHourObjects(
  hour: number,
  entriesPerWeek: number,
): Promise<HourOfObjects[]> {
  return await withFakeSlack(["--entries-per-week", String(entriesPerWeek)], async (baseUrl) => {
    const measured: HourOfObjects[] = [];
    for (const objects of COUNTS) {
      const directory = await mkdtemp(join(tmpdir(), "audit-lake-objects-"));
      try {
        await fill(directory, hour, objects);
        const from = hour + FILLED_SECONDS;
        const run = await ingestInto(directory, baseUrl, { from, until: from + INGESTED_SECONDS });
        const { cpuSeconds, peakMemoryMiB } = run;
        measured.push({ objects, entries: run.summary.entries, cpuSeconds, peakMemoryMiB });
      } finally {
        await rm(directory, { recursive: true });
      }
    }
    return measured;
  });
}

async function fill(directory: string, hour: number, objects: number): Promise<void> {
  const store = new DirectoryArchiveStore(directory);
  for (let number = 0; number < objects; number++) {
    const dateCreate = hour + Math.floor((number * FILLED_SECONDS) / objects);
    const id = `entry-${number}`;
    const bytes = Buffer.from(JSON.stringify({ id, date_create: dateCreate }));
    const { key, body } = await encodeObject(DEFAULT_SOURCE, [{ id, dateCreate, bytes }]);
    await store.put(key, body);
  }
}

export function toObjectsTable(hours: readonly HourOfObjects[]): string {
  const table = new Table({
    head: [
      "objects of the hour",
      "entries",
      "CPU s",
      "peak MiB",
      "calls to list it on S3, once a run",
    ],
  });
  for (const { objects, entries, cpuSeconds, peakMemoryMiB } of hours) {
    table.push([
      formatNumber(objects),
      formatNumber(entries),
      formatNumber(cpuSeconds, 2),
      formatNumber(peakMemoryMiB),
      formatNumber(Math.ceil(objects / KEYS_PER_CALL)),
    ]);
  }
  return table.toString();
}
