/**
 * Every entry of an archive as an event, in a process of its own: prints what the process used.
 * The job is JSON in the environment variable JOB.
 */
import { DirectoryArchiveStore } from "../lib/local/directory-archive-store.ts";
import { archivedEvents } from "../lib/ocsf/archived-events.ts";
import { CLASSES, type ClassName } from "../lib/ocsf/classes.ts";
import { ParquetEvents } from "../lib/security-lake/parquet-events.ts";
import type { OcsfJob, OcsfUse } from "./job.ts";
import { processUse } from "./processes.ts";

const { directory, output }: OcsfJob = JSON.parse(process.env.JOB ?? "{}");

const names = new Map(
  Object.entries(CLASSES).map(([name, { uid }]) => [uid as number, name as ClassName]),
);
const files = new Map<number, ParquetEvents>();
let entries = 0;
let bytes = 0;
for await (const events of archivedEvents(new DirectoryArchiveStore(directory), {}, "1.5.0")) {
  entries += events.length;
  for (const event of events) {
    if (output === "ndjson") {
      bytes += JSON.stringify(event).length;
      continue;
    }
    const file =
      files.get(event.class_uid) ?? new ParquetEvents(names.get(event.class_uid) as ClassName);
    files.set(event.class_uid, file);
    file.add(event);
  }
}
for (const file of files.values()) bytes += file.finish().byteLength;
const use: OcsfUse = { entries, bytes, ...processUse() };
console.log(JSON.stringify(use));
