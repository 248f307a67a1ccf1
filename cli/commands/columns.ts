import type { Command } from "commander";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { DayColumns } from "../../lib/local/parquet-columns.ts";
import { sealedDays } from "../../lib/seal/sealed-days.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import {
  addArchiveOption,
  addSourceOption,
  checkReadable,
  checkWritable,
} from "../options/archive.ts";
import { parseDay } from "../options/time.ts";
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

export function addColumnsCommand(program: Command): void {
  addSourceOption(addArchiveOption(program.command("compact")))
    .summary("put sealed days into columns, for long queries")
    .description(
      "Put sealed days into columns (Parquet), from which query serves them from then on: a query over months reads only the columns that it names. The lines stay as they are, and the columns can be deleted at any time.",
    )
    .option("--day <day>", "only this day, YYYY-MM-DD (default: all sealed ones)", parseDay)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake close-day && audit-lake compact
  audit-lake compact --archive /srv/audit --source acme --day 2026-05-01
${EXIT_CODES_HELP}`,
    )
    .action(async ({ archive, source, day, json }: ColumnsOptions) => {
      await checkReadable(archive);
      await checkWritable(archive);
      const days =
        day === undefined ? await sealedDays(new DirectoryArchiveStore(archive), source) : [day];
      const compacted = await compactDays(archive, source, days);
      console.log(json ? JSON.stringify({ source, days: compacted }) : describe(compacted, source));
    });
}

async function compactDays(
  archive: string,
  source: string,
  days: readonly string[],
): Promise<DayColumns[]> {
  // DuckDB takes long to load.
  const { writeDayAsParquet } = await import("../../lib/local/parquet-columns.ts");
  const signal = abortOnInterrupt("Ending after this day");
  const bar = new ProgressBar();
  const compacted: DayColumns[] = [];
  try {
    for (const [done, day] of days.entries()) {
      signal.throwIfAborted();
      bar.update(done, days.length, [day]);
      compacted.push(await writeDayAsParquet(archive, source, day));
    }
    return compacted;
  } finally {
    bar.stop();
  }
}

function describe(compacted: readonly DayColumns[], source: string): string {
  const fresh = compacted.filter(({ isNew }) => isNew);
  if (fresh.length === 0) {
    return `Every sealed day of "${source}" is in columns.`;
  }
  return renderTable(
    ["day", "entries", "as lines", "in columns"],
    fresh.map(({ day, entries, linesBytes, columnsBytes }) => [
      day,
      formatCount(entries),
      formatBytes(linesBytes),
      formatBytes(columnsBytes),
    ]),
    { isNumeric: [false, true, true, true] },
  );
}
