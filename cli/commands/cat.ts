import { once } from "node:events";
import type { Command } from "commander";
import { ArchiveObjectError, decodeLines } from "../../lib/archive/archive-object.ts";
import { PREFIXES, parseObjectKey } from "../../lib/archive/object-key.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { addArchiveOption, checkReadable } from "../options/archive.ts";
import { parseTime } from "../options/time.ts";

interface Selection {
  /** Epoch seconds, included. */
  from?: number;
  /** Epoch seconds, excluded. */
  until?: number;
  action?: string[];
  id?: string;
}

export function addCatCommand(program: Command): void {
  addArchiveOption(program.command("cat"))
    .summary("print stored entries, as Slack sent them")
    .description(
      "Print the stored lines byte for byte: one entry a line, oldest first within a source.",
    )
    .option("--from <time>", "from this time on: ISO 8601 or epoch seconds", parseTime)
    .option("--until <time>", "up to this time, excluded", parseTime)
    .option("--action <name...>", "only these actions")
    .option("--id <id>", "only the entry of this id")
    .addHelpText(
      "after",
      `
Examples:
  audit-lake cat --from 2026-05-01 --until 2026-05-02 > day.ndjson
  audit-lake cat --action user_login user_logout | jq .actor.user.email
  audit-lake cat --id 0123a45b-6c7d-8900-e12f-3456789gh0i1`,
    )
    .action(async ({ archive, ...selection }: { archive: string } & Selection) => {
      await checkReadable(archive);
      await printLines(new DirectoryArchiveStore(archive), selection);
    });
}

async function printLines(store: DirectoryArchiveStore, selection: Selection): Promise<void> {
  const { from = 0, until = Number.POSITIVE_INFINITY } = selection;
  for await (const { key } of store.list(PREFIXES.auditLogs)) {
    const name = parseObjectKey(key);
    if (name === undefined || name.maxDateCreate < from || name.minDateCreate >= until) continue;
    const lines = await decodeLines(key, await store.get(key));
    const selected = lines.filter((line) => isSelected(key, line, selection));
    if (!process.stdout.write(joinLines(selected))) await once(process.stdout, "drain");
  }
}

function isSelected(key: string, line: Uint8Array, selection: Selection): boolean {
  if (Object.keys(selection).length === 0) return true;
  const { from = 0, until = Number.POSITIVE_INFINITY, action, id } = selection;
  const entry = parseLine(key, line);
  return (
    entry.date_create >= from &&
    entry.date_create < until &&
    (action === undefined || action.includes(entry.action)) &&
    (id === undefined || entry.id === id)
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
