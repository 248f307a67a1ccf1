import { ArchiveObjectError, describeUnreadable } from "../archive/archive-object.ts";
import { manifestKey, newestRevision } from "../archive/sealed-day.ts";
import { type ArchiveStore, ObjectMissingError } from "../ports.ts";
import { ManifestError, parseManifest } from "../seal/manifest.ts";
import type { DayContents } from "../sql/columns-digest.ts";
import { type ColumnsMark, encodeMark, parseMark } from "./columns-mark.ts";
import { readSealedLines, type SealedLines, SealedLinesError } from "./sealed-lines.ts";
import { compareContents } from "./write-day-columns.ts";

/** Columns that can be asked what they hold. */
export interface ReadableColumns {
  /** Days of which anything is there, UTC, `YYYY-MM-DD`, ascending. */
  days(source: string): Promise<string[]>;
  /** What says that a day was found equal to its lines; version 0.1 wrote nothing on a disk. */
  marks(source: string, day: string): Promise<StoredMark[]>;
  /** Of the day's file; nothing when it has none, or is in a table. */
  fileHash(source: string, day: string): Promise<string | undefined>;
  /**
   * What they hold of a day now; nothing when they hold nothing of it.
   *
   * @throws {UnreadableColumnsError} when they are damaged
   */
  describe(source: string, day: string): Promise<DayContents | undefined>;
  /** What a problem with the day is about. */
  keyOf(source: string, day: string): string;
}

export interface StoredMark {
  key: string;
  /** Those of `encodeMark`, when nothing has changed them. */
  bytes: Uint8Array;
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

/** What is wrong with columns, or with what says that they are whole. */
export interface ColumnsProblem {
  key: string;
  problem: string;
}

/**
 * Compare the columns of sealed days with their lines, each line and each
 * column, and every byte of a file and of a mark with what was written. Reads
 * all of both.
 *
 * @returns a result a day, with what is wrong; lines that are not what was
 * sealed are no problem of the columns, and `verify` names them
 */
export async function* verifyColumns(
  archive: ArchiveStore,
  columns: ReadableColumns,
  { source, from, to }: ComparedDays,
): AsyncGenerator<{ day: string; problems: ColumnsProblem[] }> {
  for (const day of await columns.days(source)) {
    if (day < (from ?? day) || day > (to ?? day)) continue;
    const problems = await new ComparedDay(archive, columns, source, day)
      .problems()
      .catch((error) => {
        if (!(error instanceof ArchiveObjectError)) throw error;
        return [{ key: error.key, problem: describeUnreadable(error) }];
      });
    yield { day, problems };
  }
}

const NOTHING = Buffer.alloc(0);

class ComparedDay {
  readonly #archive: ArchiveStore;
  readonly #columns: ReadableColumns;
  readonly #source: string;
  readonly #day: string;

  constructor(archive: ArchiveStore, columns: ReadableColumns, source: string, day: string) {
    this.#archive = archive;
    this.#columns = columns;
    this.#source = source;
    this.#day = day;
  }

  async problems(): Promise<ColumnsProblem[]> {
    for (;;) {
      const marks = await this.#columns.marks(this.#source, this.#day);
      const problems = await this.#problemsBeside(marks);
      if (problems.length === 0) return problems;
      // The day may have been written anew meanwhile.
      if (isSame(marks, await this.#columns.marks(this.#source, this.#day))) return problems;
    }
  }

  async #problemsBeside(stored: readonly StoredMark[]): Promise<ColumnsProblem[]> {
    const [source, day] = [this.#source, this.#day];
    const key = this.#columns.keyOf(source, day);
    const newest = await newestRevision(this.#archive, source, day);
    if (newest === 0) {
      const isFile = (await this.#columns.fileHash(source, day)) !== undefined;
      const keys = [...stored.map(({ key }) => key), ...(isFile ? [key] : [])];
      return keys.map((key) => ({ key, problem: "its day is not sealed" }));
    }
    const marks = stored.map((mark) => ({ ...mark, parsed: parseMark(source, day, mark.bytes) }));
    // What they were made of: a day that was sealed again since is served from its lines.
    const revision = marks.find(({ parsed }) => parsed !== undefined)?.parsed?.revision ?? newest;
    const sealed = await this.#sealedLines(Math.min(revision, newest));
    const changed = marks.filter(({ parsed, bytes }) => !isAsWritten(bytes, parsed, sealed));
    const problem = (await this.#changeOfFile(marks)) ?? (await this.#difference(sealed));
    return [
      ...changed.map(({ key }) => ({ key, problem: "it was changed since it was written" })),
      ...(problem === undefined ? [] : [{ key, problem }]),
    ];
  }

  async #changeOfFile(
    marks: readonly { key: string; parsed: ColumnsMark | undefined }[],
  ): Promise<string | undefined> {
    const file = await this.#columns.fileHash(this.#source, this.#day);
    const other = marks.find(({ parsed }) => (parsed?.file ?? file) !== file);
    return file === undefined || other === undefined
      ? undefined
      : `it is not the file that was compared with the day's lines, whose SHA-256 is in ${other.key}`;
  }

  /** @returns nothing when they are not what was sealed */
  async #sealedLines(revision: number): Promise<SealedLines | undefined> {
    const key = manifestKey(this.#source, this.#day, revision);
    try {
      const manifest = parseManifest(key, await this.#archive.get(key));
      return await readSealedLines(this.#archive, manifest);
    } catch (error) {
      const damages = [SealedLinesError, ManifestError, ObjectMissingError, ArchiveObjectError];
      if (damages.some((kind) => error instanceof kind)) return undefined;
      throw error;
    }
  }

  async #difference(sealed: SealedLines | undefined): Promise<string | undefined> {
    if (sealed === undefined) return undefined;
    try {
      const contents = await this.#columns.describe(this.#source, this.#day);
      return contents && compareContents(contents, sealed);
    } catch (error) {
      if (error instanceof UnreadableColumnsError) return `they cannot be read: ${error.message}`;
      throw error;
    }
  }
}

function isSame(marks: readonly StoredMark[], others: readonly StoredMark[]): boolean {
  return (
    marks.length === others.length &&
    marks.every(({ bytes }, at) => Buffer.compare(bytes, others[at]?.bytes ?? NOTHING) === 0)
  );
}

/** @param sealed - what a mark must say of the lines; where it is not known, any mark will do */
function isAsWritten(
  bytes: Uint8Array,
  mark: ColumnsMark | undefined,
  sealed: SealedLines | undefined,
): boolean {
  return mark !== undefined && Buffer.compare(encodeMark({ ...mark, ...sealed }), bytes) === 0;
}
