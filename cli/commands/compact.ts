import type { Command } from "commander";
import { sealedDays } from "../../lib/close/sealed-days.ts";
import type { CompactedDay } from "../../lib/local/compact-day.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import {
  addArchiveOption,
  addSourceOption,
  checkReadable,
  checkWritable,
} from "../archive-directory.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { formatBytes, formatCount } from "../format.ts";
import { abortOnInterrupt } from "../interrupt.ts";
import { ProgressBar } from "../progress-bar.ts";
import { renderTable } from "../table.ts";
import { parseDay } from "../time-options.ts";

interface CompactOptions {
  archive: string;
  source: string;
  day?: string;
  json?: true;
}

export function addCompactCommand(program: Command): void {
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
    .action(async ({ archive, source, day, json }: CompactOptions) => {
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
): Promise<CompactedDay[]> {
  // DuckDB takes long to load.
  const { compactDay } = await import("../../lib/local/compact-day.ts");
  const signal = abortOnInterrupt("Ending after this day");
  const bar = new ProgressBar();
  const compacted: CompactedDay[] = [];
  try {
    for (const [done, day] of days.entries()) {
      signal.throwIfAborted();
      bar.update(done, days.length, [day]);
      compacted.push(await compactDay(archive, source, day));
    }
    return compacted;
  } finally {
    bar.stop();
  }
}

function describe(compacted: readonly CompactedDay[], source: string): string {
  const fresh = compacted.filter(({ isNew }) => isNew);
  if (fresh.length === 0) {
    return `Every sealed day of "${source}" is in columns.`;
  }
  return renderTable(
    ["day", "entries", "as lines", "in columns"],
    fresh.map(({ day, entries, linesBytes, compactBytes }) => [
      day,
      formatCount(entries),
      formatBytes(linesBytes),
      formatBytes(compactBytes),
    ]),
    { isNumeric: [false, true, true, true] },
  );
}
