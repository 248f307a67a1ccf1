import { manifestKey, newestRevision } from "../archive/sealed-day.ts";
import type { ArchiveStore } from "../ports.ts";
import { type Manifest, parseManifest } from "../seal/manifest.ts";
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
  /** False when it was served from columns before. */
  isNew: boolean;
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
  if (isNew) {
    const sealed = await readSealedLines(archive, manifest).catch((cause) => {
      if (!(cause instanceof SealedLinesError)) throw cause;
      throw new ColumnsError(
        `${day} of "${source}" is not what was sealed: ${cause.message}; run verify; its lines go on serving it`,
      );
    });
    const { contents, accept, reject } = await columns.write(source, day);
    const problem = compareContents(contents, sealed);
    if (problem !== undefined) {
      await reject();
      // What it had of the day before may not be all any more.
      await columns.serve();
      throw new ColumnsError(
        `the columns of ${day} of "${source}" are not what was sealed: ${problem}; run verify; its lines go on serving the day`,
      );
    }
    await accept({ source, day, ...sealed });
  }
  await columns.serve();
  return { source, day, entries: manifest.archived, isNew };
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
  return parseManifest(key, await archive.get(key));
}
