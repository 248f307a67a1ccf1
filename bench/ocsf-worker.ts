/**
 * Every entry of an archive as an event, in a Parquet file a class, in a process of its own: prints
 * what the process used. The job is JSON in the environment variable JOB.
 */
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { archivedEvents } from "../lib/ocsf/archived-events.ts";
import { CLASS_NAMES, CLASSES } from "../lib/ocsf/classes.ts";
import { columnsOf } from "../lib/ocsf/columns.ts";
import { ParquetEvents } from "../lib/ocsf/parquet/parquet-events.ts";
import { letHeapGrow } from "../lib/run/flat-heap.ts";
import type { OcsfJob, OcsfUse } from "./job.ts";
import { processUse } from "./processes.ts";

const { directory }: OcsfJob = JSON.parse(process.env.JOB ?? "{}");

letHeapGrow(); // as the function does

const files = new Map<number, ParquetEvents>(
  CLASS_NAMES.map((name) => [CLASSES[name].uid, new ParquetEvents(columnsOf(name))]),
);
for await (const events of archivedEvents(new DirectoryArchiveStore(directory), {}, "1.5.0")) {
  for (const event of events) files.get(event.class_uid)?.add(event);
}
let bytes = 0;
for (const file of files.values()) bytes += file.finish().byteLength;
const use: OcsfUse = { bytes, ...processUse() };
console.log(JSON.stringify(use));
