import { manifestKey, newestRevision } from "../archive/sealed-day.ts";
import type { ArchiveStore } from "../ports.ts";
import { ManifestError, parseManifest } from "../seal/manifest.ts";
import type { DayContents } from "../sql/columns-digest.ts";
import { readSealedLines, SealedLinesError } from "./sealed-lines.ts";
import { compareContents } from "./write-day-columns.ts";

/** Columns that can be asked what they hold. */
export interface ReadableColumns {
  /** Days that are there, UTC, `YYYY-MM-DD`, ascending. */
  days(source: string): Promise<string[]>;
  /**
   * What they hold of a day now.
   *
   * @throws {UnreadableColumnsError} when they are damaged
   */
  describe(source: string, day: string): Promise<DayContents>;
  /** What a problem with the day is about. */
  keyOf(source: string, day: string): string;
}

/** The columns of a day cannot be read. */
export class UnreadableColumnsError extends Error {
  override readonly name = "UnreadableColumnsError";
  readonly code = "columns_unreadable";
}

/** Days of one source whose columns are compared, UTC, `YYYY-MM-DD`, both included. */
export interface ComparedDays {
  source: string;
  from?: string | undefined;
  to?: string | undefined;
}

/**
 * Compare the columns of sealed days with their lines, each line and each
 * column. Reads all of both.
 *
 * @returns a result a day, with what is wrong; lines that are not what was
 * sealed are no problem of the columns, and `verify` names them
 */
export async function* verifyColumns(
  archive: ArchiveStore,
  columns: ReadableColumns,
  { source, from, to }: ComparedDays,
): AsyncGenerator<{ day: string; key: string; problem: string | undefined }> {
  for (const day of await columns.days(source)) {
    if (day < (from ?? day) || day > (to ?? day)) continue;
    const problem = await compareDay(archive, columns, source, day);
    yield { day, key: columns.keyOf(source, day), problem };
  }
}

async function compareDay(
  archive: ArchiveStore,
  columns: ReadableColumns,
  source: string,
  day: string,
): Promise<string | undefined> {
  const revision = await newestRevision(archive, source, day);
  if (revision === 0) return "its day is not sealed";
  const key = manifestKey(source, day, revision);
  try {
    const sealed = await readSealedLines(archive, parseManifest(key, await archive.get(key)));
    return compareContents(await columns.describe(source, day), sealed);
  } catch (error) {
    if (error instanceof UnreadableColumnsError) return `they cannot be read: ${error.message}`;
    if (error instanceof SealedLinesError || error instanceof ManifestError) return undefined;
    throw error;
  }
}
