import type { Command } from "commander";
import { ArchiveObjectError, decodeLines } from "../../lib/archive/archive-object.ts";
import { objectsInRange } from "../../lib/archive/objects-in-range.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { systemClock } from "../../lib/slack/clock.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { nowSeconds, type TimeRange } from "../../lib/time.ts";
import { EXIT } from "../exit-codes.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { noteNothing } from "../options/archived-days.ts";
import { checkSource, sourceFilterOption } from "../options/source.ts";
import { TIME_HELP } from "../options/time.ts";
import { addTimeRangeOptions, type TimeRangeOptions, toTimeRange } from "../options/time-range.ts";
import { writeOut } from "../output/standard-output.ts";

interface CatOptions extends TimeRangeOptions {
  archive: string;
  source?: string;
  action?: string[];
  id?: string[];
}

/** Which entries are printed; what is absent does not restrict them. */
interface Selection extends Partial<TimeRange> {
  action?: string[];
  id?: string[];
}

export function defineCatCommand(command: Command): void {
  addArchiveOption(command)
    .description(
      "Print the stored lines byte for byte: one entry a line, oldest first within a source.",
    )
    .addOption(sourceFilterOption());
  addTimeRangeOptions(command)
    .option("--action <name...>", "only these actions")
    .option("--id <id...>", "only the entries with these ids")
    .addHelpText(
      "after",
      `${TIME_HELP}

Examples:
  audit-lake cat --last 24h --source acme
  audit-lake cat --from 2026-05-01 --until 2026-05-02 > day.ndjson
  audit-lake cat --action user_login user_logout | jq .actor.user.email
  audit-lake cat --id 0123a45b-6c7d-8900-e12f-3456789gh0i1

Exit codes:
  0    printed
  1    no entry matches, or one could not be read; standard error says which
  2    wrong usage`,
    )
    .action(async ({ archive, source, from, until, last, ...which }: CatOptions) => {
      const range = toTimeRange({ from, until, last }, nowSeconds(systemClock));
      await checkReadable(archive);
      await checkSource(archive, source);
      const store = new DirectoryArchiveStore(archive);
      if (!(await printLines(store, source, { ...range, ...which }))) {
        await noteNothing("no entry matches", archive, source);
        process.exitCode = EXIT.failed;
      }
    });
}

/** @returns whether there was any */
async function printLines(
  store: DirectoryArchiveStore,
  source: string | undefined,
  selection: Selection,
): Promise<boolean> {
  let hasMatch = false;
  for await (const { key } of objectsInRange(store, source, selection)) {
    const lines = await decodeLines(key, await store.get(key));
    const selected = lines.filter((line) => isSelected(key, line, selection));
    hasMatch ||= selected.length > 0;
    if (!(await writeOut(joinLines(selected)))) break;
  }
  return hasMatch;
}

function isSelected(key: string, line: Uint8Array, selection: Selection): boolean {
  if (Object.keys(selection).length === 0) return true;
  const { from = 0, until = Number.POSITIVE_INFINITY, action, id } = selection;
  const entry = parseLine(key, line);
  return (
    entry.date_create >= from &&
    entry.date_create < until &&
    (action === undefined || action.includes(entry.action)) &&
    (id === undefined || id.includes(entry.id))
  );
}

function parseLine(key: string, line: Uint8Array): AuditLogEntry {
  try {
    return JSON.parse(Buffer.from(line).toString());
  } catch (cause) {
    throw new ArchiveObjectError(key, "a line is not JSON", { cause });
  }
}

function joinLines(lines: readonly Uint8Array[]): Uint8Array {
  const lineBreak = Buffer.from("\n");
  return Buffer.concat(lines.flatMap((line) => [line, lineBreak]));
}
