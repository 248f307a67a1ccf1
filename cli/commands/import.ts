import type { Command } from "commander";
import {
  type ImportedFile,
  type ImportReport,
  importEntries,
} from "../../lib/import/import-entries.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { SqliteCheckpointStore } from "../../lib/local/sqlite-checkpoint-store.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import { toErrorLine } from "../errors.ts";
import { EXIT, EXIT_CODES_HELP } from "../exit-codes.ts";
import { addArchiveOption, checkWritable } from "../options/archive.ts";
import { addSourceOption, noteNewSource } from "../options/source.ts";
import { toJsonLine } from "../output/controls.ts";
import { formatCount } from "../output/format.ts";
import { describeImport } from "../output/import-report.ts";
import { readExport } from "../run/read-export.ts";

export function defineImportCommand(command: Command): void {
  addSourceOption(addArchiveOption(command))
    .description(
      [
        'Store exported entries as if Slack had just sent them: by hour, each id once, byte for byte. A file is page bodies, arrays of entries, or single entries, one after another; gzipped or not. "-" is standard input.',
        "Importing a file again changes nothing. An entry without a usable id or date_create goes to quarantine/, as does another text of an id that is taken, which makes the command fail. Nothing is stored when one of the files cannot be read. What belongs to a sealed day is stored as an addendum, which the next seal of the day seals.",
      ].join("\n\n"),
    )
    .argument("<file...>")
    .option("--json", "print one JSON object as the last line")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake import page.json export.ndjson
  audit-lake import --source acme 2024-*.ndjson.gz
  curl -s "$EXPORT_URL" | audit-lake import -
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
        const others = report.repeated.filter(({ sameText }) => !sameText).length;
        if (others > 0) process.stderr.write(toErrorLine(describeOthers(others)));
        if (others > 0 || isUseless(report)) process.exitCode = EXIT.failed;
      } finally {
        checkpoints.close();
      }
    });
}

function describeOthers(count: number): string {
  return count === 1
    ? "1 entry is not stored: its id is taken by another text; it is kept in quarantine"
    : `${formatCount(count)} entries are not stored: their ids are taken by other texts; they are kept in quarantine`;
}

/** Whatever was in the files, it was no entries. */
function isUseless({ stored, alreadyArchived, repeated, quarantined }: ImportReport): boolean {
  return stored + alreadyArchived + repeated.length === 0 && quarantined.length > 0;
}
