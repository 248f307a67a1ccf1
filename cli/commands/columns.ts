import type { Command } from "commander";
import { sealedDays } from "../../lib/archive/sealed-day.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { DayColumns } from "../../lib/local/parquet-columns.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
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
    .action(async ({ archive, source, day, json }: ColumnsOptions) => {
      await checkReadable(archive);
      await checkSource(archive, source);
      await checkWritable(archive);
      const days =
        day === undefined ? await sealedDays(new DirectoryArchiveStore(archive), source) : [day];
      const written = await writeColumns(archive, source, days);
      console.log(json ? toJsonLine({ source, days: written }) : describe(written, source));
    });
}

async function writeColumns(
  archive: string,
  source: string,
  days: readonly string[],
): Promise<DayColumns[]> {
  // DuckDB is optional, and slow to load.
  const { writeDayAsParquet } = await import("../../lib/local/parquet-columns.ts");
  const signal = abortOnInterrupt("Stopping after this day");
  const bar = new ProgressBar();
  const written: DayColumns[] = [];
  try {
    for (const [done, day] of days.entries()) {
      signal.throwIfAborted();
      bar.update(done, days.length, [day]);
      written.push(await writeDayAsParquet(archive, source, day));
    }
    return written;
  } finally {
    bar.stop();
  }
}

function describe(days: readonly DayColumns[], source: string): string {
  const written = days.filter(({ isNew }) => isNew);
  if (written.length === 0) return `Every sealed day of "${source}" has its columns.`;
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
