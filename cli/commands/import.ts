import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { Command } from "commander";
import { type ImportedFile, importEntries } from "../../lib/import/import-entries.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { ExportError, parseExport } from "../../lib/slack/export-file.ts";
import { UsageError } from "../errors.ts";
import { EXIT_CODES_HELP } from "../exit-codes.ts";
import { addArchiveOption, checkWritable } from "../options/archive.ts";
import { addSourceOption, noteNewSource } from "../options/source.ts";
import { toJsonLine } from "../output/controls.ts";
import { describeImport } from "../output/import-report.ts";

export function defineImportCommand(command: Command): void {
  addSourceOption(addArchiveOption(command))
    .description(
      [
        'Store exported entries as if Slack had just sent them: by hour, each id once, byte for byte. A file is a page body, an array of entries, a single entry, or NDJSON; "-" is standard input.',
        "Importing a file again changes nothing. An entry without a usable id or date_create goes to quarantine/. Nothing is stored when one of the files cannot be read. What belongs to a sealed day is stored as an addendum, which the next seal of the day seals.",
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
      await noteNewSource(options.archive, options.source);
      const checkpoints = new SqliteCheckpointStore(options.archive);
      try {
        const archive = new DirectoryArchiveStore(options.archive);
        const ports = { archive, checkpoints, clock: systemClock };
        const report = await importEntries(ports, options.source, files);
        console.log(options.json ? toJsonLine(report) : describeImport(report, options.archive));
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
