import { ArchiveObjectError } from "../archive/archive-object.ts";
import { contentHashOf, dayPrefix, PREFIXES } from "../archive/object-key.ts";
import { isAddendumNoted, manifestKey, newestRevision } from "../archive/sealed-day.ts";
import type { ArchiveStore } from "../ports.ts";
import { type Manifest, ManifestError, objectsOf, parseManifest } from "../seal/manifest.ts";
import type { DayContents } from "../sql/columns-digest.ts";
import type { ColumnsMark } from "./columns-mark.ts";
import { readSealedLines, SealedLinesError } from "./sealed-lines.ts";

/** Where days are kept in columns: Iceberg behind Athena, or Parquet files on a disk. */
export interface ColumnsStore {
  /** Whether the day was found equal there to what this revision of its manifest sealed. */
  has(source: string, day: string, revision: number): Promise<boolean>;
  /** Take the day's entries in from its lines, which go on serving it. A repeat adds nothing. */
  write(source: string, day: string): Promise<WrittenDay>;
  /** Let SQL read the days that were accepted from here; does so again after an interruption. */
  serve(): Promise<void>;
}

/** A day that is in the columns and not yet known to be whole. */
export interface WrittenDay {
  contents: DayContents;
  /** It is whole: mark it. */
  accept(mark: ColumnsMark): Promise<void>;
  /** It is not. */
  reject(): Promise<void>;
}

export interface ColumnsSummary {
  source: string;
  day: string;
  entries: number;
  /** Whether the columns were made now. */
  isNew: boolean;
  /** The day is to be sealed again before: more is stored for it since, which is noted as an addendum. */
  awaitsSeal?: true;
}

/** A day cannot be served from columns; its lines go on serving it. */
export class ColumnsError extends Error {
  override readonly name = "ColumnsError";
  readonly code = "compaction";
}

/**
 * Put a sealed day into columns, and let SQL serve it from there. Until they
 * are found equal to the lines as they were sealed, those serve it; so each
 * entry is served once at any time, whatever interrupts this, and a repeat
 * goes on where it is needed.
 *
 * A day with an addendum is left to its next seal: columns hold what a manifest has.
 *
 * @throws {ColumnsError} when the day is not sealed, or the columns do not hold what was sealed
 */
export async function writeDayColumns(
  archive: ArchiveStore,
  columns: ColumnsStore,
  source: string,
  day: string,
): Promise<ColumnsSummary> {
  const manifest = await readManifest(archive, source, day);
  const isNew = !(await columns.has(source, day, manifest.revision));
  const awaitsSeal = isNew && !(await writeUnlessAdded(archive, columns, manifest));
  await columns.serve();
  const summary = { source, day, entries: manifest.archived };
  return awaitsSeal ? { ...summary, isNew: false, awaitsSeal } : { ...summary, isNew };
}

/** @returns false when the day has an addendum, and is left as it is */
async function writeUnlessAdded(
  archive: ArchiveStore,
  columns: ColumnsStore,
  manifest: Manifest,
): Promise<boolean> {
  const { source, day } = manifest;
  if (await hasAddendum(archive, manifest)) return false;
  const sealed = await readSealedLines(archive, manifest).catch((cause) => {
    if (!(cause instanceof SealedLinesError)) throw cause;
    throw new ColumnsError(
      `${day} of "${source}" is not what was sealed: ${cause.message}; run verify; its lines go on serving it`,
    );
  });
  const { contents, accept, reject } = await columns.write(source, day);
  const problem = compareContents(contents, sealed);
  if (problem === undefined) {
    await accept({ source, day, ...sealed });
    return true;
  }
  await reject();
  // It may have come meanwhile.
  if (await hasAddendum(archive, manifest)) return false;
  // What it had of the day before may not be all any more.
  await columns.serve();
  throw new ColumnsError(
    `the columns of ${day} of "${source}" are not what was sealed: ${problem}; run verify; its lines go on serving the day`,
  );
}

/** Whether entries came after the seal, and are noted as an addendum. */
async function hasAddendum(archive: ArchiveStore, manifest: Manifest): Promise<boolean> {
  const sealed = new Set(objectsOf(manifest).map(({ key }) => key));
  const prefix = dayPrefix(PREFIXES.auditLogs, manifest.source, manifest.day);
  for await (const { key } of archive.list(prefix)) {
    const isAdded = contentHashOf(key) !== undefined && !sealed.has(key);
    if (isAdded) return isAddendumNoted(archive, manifest.source, manifest);
  }
  return false;
}

/** @returns in what the columns of a day differ from its lines; nothing when they are equal */
export function compareContents(
  { entries, differing, digest }: DayContents,
  sealed: { entries: number; digest: string },
): string | undefined {
  if (entries !== sealed.entries) return `they have ${entries} entries, not ${sealed.entries}`;
  if (digest !== sealed.digest) return "the text of their lines is another";
  if (differing > 0) return `${differing} rows say something else than their lines`;
  return undefined;
}

async function readManifest(archive: ArchiveStore, source: string, day: string): Promise<Manifest> {
  const revision = await newestRevision(archive, source, day);
  if (revision === 0) {
    throw new ColumnsError(
      `${day} of "${source}" is not sealed: only sealed days go into columns, "audit-lake seal --day ${day}" seals it`,
    );
  }
  const key = manifestKey(source, day, revision);
  try {
    return parseManifest(key, await archive.get(key));
  } catch (cause) {
    if (!(cause instanceof ManifestError || cause instanceof ArchiveObjectError)) throw cause;
    throw new ColumnsError(`${cause.message}; the lines of ${day} go on serving it`, { cause });
  }
}
