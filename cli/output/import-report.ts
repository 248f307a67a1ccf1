import type { EntryPlace, ImportReport } from "../../lib/import/import-entries.ts";
import { formatCount, formatCounted, limitList } from "./format.ts";

/** What was stored and what was not, and why. */
export function describeImport(report: ImportReport, directory: string): string {
  const { stored, files, source, objects, alreadyArchived, repeated, addenda } = report;
  const { quarantined, quarantineKeys } = report;
  const lines = [
    `Stored ${formatCounted(stored, "entry", "entries")} of ${formatCounted(files, "file")} in ${formatCounted(objects, "object")} under ${directory}/audit_logs/source=${source}/`,
  ];
  if (alreadyArchived > 0) {
    lines.push(`${formatCounted(alreadyArchived, "entry was", "entries were")} already archived`);
  }
  if (repeated.length > 0) {
    lines.push(
      `${formatCounted(repeated.length, "entry was", "entries were")} skipped because their id is taken:`,
      ...firstOf(repeated, (entry) => {
        const kept = entry.keptInstead ? placeOf(entry.keptInstead) : "the archive";
        const text = entry.sameText ? "same text" : "OTHER TEXT, kept in quarantine";
        return `${placeOf(entry)} has the id of ${kept} (${text}): ${entry.id}`;
      }),
    );
  }
  if (quarantined.length > 0) {
    lines.push(
      `${formatCounted(quarantined.length, "entry is", "entries are")} in quarantine:`,
      ...firstOf(
        quarantined,
        (entry) =>
          `${placeOf(entry)} ${entry.missing.length > 0 ? `has no usable ${entry.missing.join(" and ")}` : "has another text than the entry of its id"}`,
      ),
      ...firstOf(quarantineKeys, (key) => `see ${directory}/${key}`),
    );
  }
  if (addenda.length > 0) {
    lines.push(
      `${formatCounted(addenda.length, "entry belongs", "entries belong")} to a day that is sealed; run seal to seal the addendum:`,
      ...firstOf(addenda, (entry) => `${placeOf(entry)} is of ${entry.day}: ${entry.id}`),
    );
  }
  return lines.join("\n");
}

/** Lines shown of each list; `--json` has them all. */
const LISTED_MAX = 20;

function firstOf<T>(items: readonly T[], toLine: (item: T) => string): string[] {
  const note = (rest: number) => `and ${formatCount(rest)} more; --json lists them all`;
  return limitList(items.map(toLine), LISTED_MAX, note).map((line) => `  ${line}`);
}

function placeOf({ file, entry }: EntryPlace): string {
  return `${file} entry ${entry}`;
}
