import { type ArchiveStore, ObjectMissingError } from "../ports.ts";
import { manifestKey, parseManifest } from "../seal/manifest.ts";

/** Where days are kept in columns: Iceberg behind Athena, or Parquet files on a disk. */
export interface ColumnsStore {
  /** Whether the day was found whole there before. */
  has(source: string, day: string): Promise<boolean>;
  /** Take the day's entries in from its lines, which go on serving it. A repeat adds nothing. */
  write(source: string, day: string): Promise<WrittenDay>;
  /** Let SQL read the days that were found whole from here; does so again after an interruption. */
  serve(): Promise<void>;
}

/** A day that is in the columns and not yet known to be whole. */
export interface WrittenDay {
  /** What the columns hold of it now. */
  entries: number;
  ids: number;
  /** It is whole. */
  accept(): Promise<void>;
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
 * Put a sealed day into columns, and let SQL serve it from there. Until it is
 * found whole, its lines serve it; so each entry is served once at any time,
 * whatever interrupts this, and a repeat goes on where it is needed.
 *
 * @throws {ColumnsError} when the day is not sealed, or the columns do not hold what was sealed
 */
export async function writeDayColumns(
  archive: ArchiveStore,
  columns: ColumnsStore,
  source: string,
  day: string,
): Promise<ColumnsSummary> {
  const archived = await readArchived(archive, source, day);
  const isNew = !(await columns.has(source, day));
  if (isNew) {
    const { entries, ids, accept, reject } = await columns.write(source, day);
    if (entries !== archived || ids !== archived) {
      await reject();
      throw new ColumnsError(
        `the columns have ${entries} entries and ${ids} ids of ${day} of "${source}", and ${archived} were there when it was sealed: run verify; its lines go on serving the day`,
      );
    }
    await accept();
  }
  await columns.serve();
  return { source, day, entries: archived, isNew };
}

/** @returns lines of the day when it was sealed */
async function readArchived(archive: ArchiveStore, source: string, day: string): Promise<number> {
  const key = manifestKey(source, day);
  try {
    return parseManifest(key, await archive.get(key)).archived;
  } catch (cause) {
    if (!(cause instanceof ObjectMissingError)) throw cause;
    throw new ColumnsError(
      `${day} of "${source}" is not sealed: only sealed days go into columns, "audit-lake seal --day ${day}" seals it`,
    );
  }
}
