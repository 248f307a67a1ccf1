import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { sealedDays } from "../../lib/archive/sealed-day.ts";
import { ColumnsError } from "../../lib/columns/write-day-columns.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { DayColumns } from "../../lib/local/parquet-columns.ts";
import { ProcessLocks } from "../../lib/local/process-locks.ts";
import { reportError, toErrorLine } from "../errors.ts";
import { EXIT, EXIT_CODES_HELP } from "../exit-codes.ts";
import { addArchiveOption, checkReadable, checkWritable } from "../options/archive.ts";
import { addSourceOption, checkSource } from "../options/source.ts";
import { parseDay } from "../options/time.ts";
import { toJsonLine } from "../output/controls.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { ProgressBar } from "../output/progress-bar.ts";
import { renderTable } from "../output/table.ts";
import { abortOnInterrupt } from "../run/interrupt.ts";

interface ColumnsOptions {
  archive: string;
  source: string;
  day?: string;
  json?: true;
}

export function defineColumnsCommand(command: Command): void {
  addSourceOption(addArchiveOption(command))
    .description(
      "Write sealed days as columns (Parquet) beside their lines. From then on, query reads those days from the columns: a query over months reads only the columns that it names. The lines stay as they are, and the columns can be deleted at any time.",
    )
    .option("--day <day>", "only this day, YYYY-MM-DD (default: all sealed days)", parseDay)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake seal && audit-lake columns
  audit-lake columns --archive /srv/audit --source acme --day 2026-05-01
${EXIT_CODES_HELP}`,
    )
    .action(async (options: ColumnsOptions) => {
      process.exitCode = await makeColumns(options);
    });
}

async function makeColumns({ archive, source, day, json }: ColumnsOptions): Promise<number> {
  await checkReadable(archive);
  await checkSource(archive, source);
  await checkWritable(archive);
  const locks = new ProcessLocks(archive);
  try {
    if (!locks.tryLock(`columns ${source}`, randomUUID())) {
      process.stderr.write(toErrorLine(`another run writes columns of "${source}" in ${archive}`));
      return EXIT.tryAgain;
    }
    const days =
      day === undefined ? await sealedDays(new DirectoryArchiveStore(archive), source) : [day];
    const { done, failures } = await writeColumns(archive, source, days);
    for (const failure of failures) reportError(failure);
    const text = json ? toJsonLine({ source, days: done }) : describe(done, source, failures);
    if (text !== "") console.log(text);
    return exitCodeOf(done, failures);
  } finally {
    locks.close();
  }
}

/** Days one after the other; one whose lines are not what was sealed holds up no other. */
async function writeColumns(
  archive: string,
  source: string,
  days: readonly string[],
): Promise<{ done: DayColumns[]; failures: Error[] }> {
  // DuckDB is optional, and slow to load.
  const { removeDrafts, writeDayAsParquet } = await import("../../lib/local/parquet-columns.ts");
  const signal = abortOnInterrupt("Stopping after this day");
  const bar = new ProgressBar();
  const done: DayColumns[] = [];
  const failures: Error[] = [];
  try {
    await removeDrafts(archive, source);
    for (const [at, day] of days.entries()) {
      signal.throwIfAborted();
      bar.update(at, days.length, [day]);
      try {
        done.push(await writeDayAsParquet(archive, source, day));
      } catch (error) {
        if (!(error instanceof ColumnsError)) throw error;
        failures.push(error);
      }
    }
    return { done, failures };
  } finally {
    bar.stop();
  }
}

function exitCodeOf(done: readonly DayColumns[], failures: readonly Error[]): number {
  if (failures.length > 0) return EXIT.failed;
  return done.some(({ awaitsSeal }) => awaitsSeal) ? EXIT.tryAgain : EXIT.done;
}

/** @returns nothing when the errors say it all */
function describe(days: readonly DayColumns[], source: string, failures: readonly Error[]): string {
  const written = days.filter(({ isNew }) => isNew);
  const awaiting = days.filter(({ awaitsSeal }) => awaitsSeal).map(({ day }) => day);
  const lines = awaiting.map(
    (day) =>
      `${day} has entries that came after its seal, and its lines go on serving it: "audit-lake seal" seals it again, then run columns.`,
  );
  if (written.length > 0) lines.unshift(describeWritten(written));
  else if (awaiting.length + failures.length === 0)
    lines.push(`Every sealed day of "${source}" has its columns.`);
  return lines.join("\n");
}

function describeWritten(written: readonly DayColumns[]): string {
  return renderTable(
    ["day", "entries", "as lines", "as columns"],
    written.map(({ day, entries, linesBytes, columnsBytes }) => [
      day,
      formatCount(entries),
      formatBytes(linesBytes),
      formatBytes(columnsBytes),
    ]),
    { isNumeric: [false, true, true, true] },
  );
}
