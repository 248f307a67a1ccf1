import { type Command, Option } from "commander";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { archivedEvents } from "../../lib/ocsf/archived-events.ts";
import {
  DEFAULT_SCHEMA_VERSION,
  SCHEMA_VERSIONS,
  type SchemaVersion,
} from "../../lib/ocsf/classes.ts";
import { columnsOfAll } from "../../lib/ocsf/columns.ts";
import { eventLines } from "../../lib/ocsf/event-lines.ts";
import type { LineEvent } from "../../lib/ocsf/line-events.ts";
import { ParquetEvents } from "../../lib/ocsf/parquet/parquet-events.ts";
import { letHeapGrow } from "../../lib/run/flat-heap.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { nowSeconds } from "../../lib/time.ts";
import { UsageError } from "../errors.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { NOTHING_OF_PERIOD, noteNothing } from "../options/archived-days.ts";
import { addContextOptions } from "../options/context.ts";
import { checkSource, sourceFilterOption } from "../options/source.ts";
import { TIME_HELP } from "../options/time.ts";
import { addTimeRangeOptions, type TimeRangeOptions, toTimeRange } from "../options/time-range.ts";
import { reportFailedLookUps } from "../output/failed-look-ups.ts";
import { writePieces, writeWhole } from "../output/result-file.ts";
import { writeOut } from "../output/standard-output.ts";
import { type ContextOptions, readGivenContextFiles } from "../run/detection-files.ts";

interface OcsfOptions extends TimeRangeOptions, ContextOptions {
  archive: string;
  source?: string;
  schemaVersion: SchemaVersion;
  output: "ndjson" | "parquet";
  file?: string;
  skipDamaged?: true;
}

export function defineOcsfCommand(command: Command): void {
  addArchiveOption(command)
    .description(
      "Print the stored entries as events of the Open Cybersecurity Schema Framework, which SIEMs read: one event an entry, oldest first within a source, with the exact line in raw_data. docs/reference/ocsf.md says what each action becomes.",
    )
    .addOption(sourceFilterOption());
  addContextOptions(addTimeRangeOptions(command))
    .addOption(
      new Option("--schema-version <version>", "version of the schema")
        .choices(SCHEMA_VERSIONS)
        .default(DEFAULT_SCHEMA_VERSION),
    )
    .addOption(
      new Option("--output <format>", "one JSON object a line, or one table of all classes")
        .choices(["ndjson", "parquet"])
        .default("ndjson"),
    )
    .option("--file <file>", "write the events to this file, whole or not at all")
    .option(
      "--skip-damaged",
      "leave out objects that are damaged, and name them; otherwise they are an error",
    )
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  audit-lake ocsf --last 24h --source acme
  audit-lake ocsf --from 2026-05-01 --until 2026-05-02 | jq 'select(.class_uid == 3002)'
  audit-lake ocsf --last 7d --output parquet --file week.parquet
  audit-lake ocsf --last 24h --countries included --staff staff.csv`,
    )
    .action(async (options: OcsfOptions) => {
      const { archive, source, from, until, last, output, file } = options;
      if (output === "parquet" && file === undefined) {
        throw new UsageError("--output parquet needs --file");
      }
      const range = toTimeRange({ from, until, last }, nowSeconds(systemClock));
      const context = await readGivenContextFiles(options);
      await checkReadable(archive);
      await checkSource(archive, source);
      letHeapGrow();
      let isAnything = false;
      const found = () => {
        isAnything = true;
      };
      const leaveOut = (key: string, problem: string) => {
        found();
        console.error(`audit-lake: LEFT OUT ${key}: ${problem}`);
      };
      const stored = archivedEvents(
        new DirectoryArchiveStore(archive),
        { source, ...range },
        options.schemaVersion,
        context,
        options.skipDamaged && leaveOut,
      );
      const events = forEach(stored, found);
      if (file === undefined) await printEvents(events);
      else {
        const pieces = output === "ndjson" ? toLines(events) : toParquet(events);
        await writeWhole(file, (partial) => writePieces(partial, pieces));
      }
      reportFailedLookUps(context?.addresses);
      if (!isAnything) await noteNothing(NOTHING_OF_PERIOD, archive, source);
    });
}

async function* forEach(
  objects: AsyncIterable<Iterable<LineEvent>>,
  onEvent: () => void,
): AsyncGenerator<Iterable<LineEvent>> {
  for await (const events of objects) yield each(events, onEvent);
}

function* each(events: Iterable<LineEvent>, onEvent: () => void): Generator<LineEvent> {
  for (const event of events) {
    onEvent();
    yield event;
  }
}

async function printEvents(objects: AsyncIterable<Iterable<LineEvent>>): Promise<void> {
  for await (const piece of toLines(objects)) {
    if (!(await writeOut(piece))) return;
  }
}

async function* toLines(objects: AsyncIterable<Iterable<LineEvent>>): AsyncGenerator<Uint8Array> {
  for await (const events of objects) yield* eventLines(events);
}

async function* toParquet(objects: AsyncIterable<Iterable<LineEvent>>): AsyncGenerator<Uint8Array> {
  const file = new ParquetEvents(columnsOfAll());
  for await (const events of objects) {
    for (const event of events) file.add(event);
    yield file.take();
  }
  yield file.finish();
}
