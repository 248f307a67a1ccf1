import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { Command } from "commander";
import {
  type EntryPlace,
  type ImportedFile,
  type ImportReport,
  importEntries,
  SourceBusyError,
} from "../../lib/import/import-entries.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { ExportError, parseExport } from "../../lib/slack/export-file.ts";
import { UsageError } from "../errors.ts";
import { EXIT, EXIT_CODES_HELP } from "../exit-codes.ts";
import { addArchiveOption, addSourceOption, checkWritable } from "../options/archive.ts";
import { formatCounted } from "../output/format.ts";

/** More lines than this nobody reads; `--json` has them all. */
const LISTED_MAX = 20;

export function addImportCommand(program: Command): void {
  addSourceOption(addArchiveOption(program.command("import")))
    .summary("store entries from files")
    .description(
      [
        'Store exported entries as if Slack had just sent them: by hour, each id once, byte for byte. A file is a page body, an array of entries, a single entry, or NDJSON; "-" is standard input.',
        "Importing a file again changes nothing. An entry without a usable id or date_create goes to quarantine/. Nothing is stored when one of the files cannot be read. What would change a sealed day is refused, with exit code 1.",
      ].join("\n\n"),
    )
    .argument("<file...>")
    .option("--json", "print one JSON object as the last line")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake import page.json export.ndjson
  zcat 2024-*.ndjson.gz | audit-lake import --source acme -
${EXIT_CODES_HELP}`,
    )
    .action(async (names: string[], options: { archive: string; source: string; json?: true }) => {
      const files: ImportedFile[] = [];
      for (const name of names) files.push(await readExport(name));
      await checkWritable(options.archive);
      const checkpoints = new SqliteCheckpointStore(options.archive);
      try {
        const archive = new DirectoryArchiveStore(options.archive);
        const ports = { archive, checkpoints, clock: systemClock };
        const report = await importEntries(ports, options.source, files);
        console.log(options.json ? JSON.stringify(report) : describe(report, options.archive));
        if (report.sealed.length > 0) {
          console.error(`audit-lake: ${describeSealed(report)}`);
          process.exitCode = EXIT.failed;
        }
      } catch (error) {
        if (!(error instanceof SourceBusyError)) throw error;
        console.error(`audit-lake: ${error.message}`);
        process.exitCode = EXIT.tryAgain;
      } finally {
        checkpoints.close();
      }
    });
}

async function readExport(name: string): Promise<ImportedFile> {
  const file = await (name === "-" ? buffer(process.stdin) : readFile(name)).catch((cause) => {
    throw new UsageError(`cannot read ${name}: ${cause.message}`, { cause });
  });
  try {
    return { name, entries: parseExport(file) };
  } catch (cause) {
    if (!(cause instanceof ExportError)) throw cause;
    throw new UsageError(`cannot import ${name}: ${cause.message}`, { cause });
  }
}

function describe(report: ImportReport, directory: string): string {
  const { stored, files, source, objects, alreadyArchived, repeated, quarantined } = report;
  const lines = [
    `Stored ${formatCounted(stored, "entry", "entries")} of ${formatCounted(files, "file")} in ${formatCounted(objects, "object")} under ${directory}/audit_logs/source=${source}/`,
  ];
  if (alreadyArchived > 0) {
    lines.push(`${formatCounted(alreadyArchived, "entry was", "entries were")} archived before`);
  }
  if (repeated.length > 0) {
    lines.push(
      `${formatCounted(repeated.length, "entry was", "entries were")} left out, since the id is taken:`,
      ...firstOf(repeated, (entry) => {
        const kept = entry.keptInstead ? placeOf(entry.keptInstead) : "the archive";
        const text = entry.sameText ? "same text" : "OTHER TEXT";
        return `${placeOf(entry)} has the id of ${kept} (${text}): ${entry.id}`;
      }),
    );
  }
  if (quarantined.length > 0) {
    lines.push(
      `${formatCounted(quarantined.length, "entry is", "entries are")} in quarantine:`,
      ...firstOf(
        quarantined,
        (entry) => `${placeOf(entry)} has no usable ${entry.missing.join(" and ")}`,
      ),
    );
  }
  return lines.join("\n");
}

function describeSealed({ sealed }: ImportReport): string {
  return [
    `${formatCounted(sealed.length, "entry was", "entries were")} refused, since a sealed day is never changed:`,
    ...firstOf(sealed, (entry) => `${placeOf(entry)} is of ${entry.day}: ${entry.id}`),
  ].join("\n");
}

function firstOf<T>(items: readonly T[], toLine: (item: T) => string): string[] {
  const rest = items.length - LISTED_MAX;
  return [
    ...items.slice(0, LISTED_MAX).map((item) => `  ${toLine(item)}`),
    ...(rest > 0 ? [`  and ${rest} more; --json lists them all`] : []),
  ];
}

function placeOf({ file, entry }: EntryPlace): string {
  return `${file} entry ${entry}`;
}
