import { join } from "node:path";
import { alertProblem, isAlertKey } from "../archive/alert-object.ts";
import { ArchiveObjectError, checkObject } from "../archive/archive-object.ts";
import {
  type ColumnsDay,
  columnsKey,
  columnsMarkKey,
  parseColumnsKey,
} from "../archive/columns-key.ts";
import { parseObjectKey } from "../archive/object-key.ts";
import { type ColumnsMark, hashOfKeys, parseMark } from "../columns/columns-mark.ts";
import { ManifestError, parseManifest } from "../seal/manifest.ts";
import { hashArchiveFile, ifThere } from "./archive-file.ts";
import { DirectoryArchiveStore } from "./directory-archive-store.ts";
import { listDayObjects } from "./lake-files.ts";

/** Files that are checked at once: as many as Node decompresses beside the main thread. */
const CHECKS = 4;

/** Checks files that SQL reads, each once, beside the query that reads them. */
export class LakeFileChecks {
  readonly #directory: string;
  readonly #signal: AbortSignal | undefined;
  readonly #checks = new Map<string, Promise<string | undefined>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(archiveDirectory: string, signal: AbortSignal | undefined) {
    this.#directory = archiveDirectory;
    this.#signal = signal;
  }

  /** Begin with those of them that are new. */
  add(keys: readonly string[]): void {
    for (const key of keys) {
      if (this.#checks.has(key)) continue;
      const check = this.#check(key);
      check.catch(() => {}); // Whoever asks for the problems gets the error.
      this.#checks.set(key, check);
    }
  }

  /**
   * @param onChecked - after each file: how many of them are checked
   * @returns problems by key, of the files that have one
   * @throws the signal's reason when it is aborted
   */
  async problemsOf(
    keys: readonly string[],
    onChecked?: (checked: number) => void,
  ): Promise<Map<string, string>> {
    this.add(keys);
    const problems = new Map<string, string>();
    for (const [index, key] of keys.entries()) {
      const problem = await this.#checks.get(key);
      if (problem !== undefined) problems.set(key, problem);
      onChecked?.(index + 1);
    }
    return problems;
  }

  async #check(key: string): Promise<string | undefined> {
    if (this.#running === CHECKS) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      this.#signal?.throwIfAborted();
      return await checkLakeFile(this.#directory, key);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/**
 * Check a file that SQL has read: an object decodes whole and holds what its
 * name says, a manifest is its day's, columns are those that were compared
 * with the lines that are there now.
 *
 * @returns what is wrong with it
 */
async function checkLakeFile(archiveDirectory: string, key: string): Promise<string | undefined> {
  const store = new DirectoryArchiveStore(archiveDirectory);
  const name = parseObjectKey(key);
  const columns = parseColumnsKey(key);
  try {
    if (name !== undefined) {
      await checkObject(key, name.hash, await store.get(key));
    } else if (columns !== undefined) {
      return await checkColumns(archiveDirectory, columns);
    } else if (isAlertKey(key)) {
      return alertProblem(key, await store.get(key));
    } else {
      parseManifest(key, await store.get(key));
    }
    return undefined;
  } catch (error) {
    if (error instanceof ArchiveObjectError || error instanceof ManifestError) return error.problem;
    throw error;
  }
}

/**
 * Check that a day's columns are those that were compared with its lines.
 *
 * @returns why they are not
 */
export async function checkColumns(
  archiveDirectory: string,
  columns: ColumnsDay,
): Promise<string | undefined> {
  try {
    return await problemOfColumns(archiveDirectory, columns);
  } catch (error) {
    if (error instanceof ArchiveObjectError) return error.problem;
    throw error;
  }
}

async function problemOfColumns(
  archiveDirectory: string,
  { source, day }: ColumnsDay,
): Promise<string | undefined> {
  const store = new DirectoryArchiveStore(archiveDirectory);
  const mark = await readMark(store, source, day);
  if (mark === undefined) return "nothing says that it was compared with the day's lines";
  if (mark.objects !== hashOfKeys(await listDayObjects(store, source, day))) {
    return "the day has other objects than when it was made";
  }
  const file = await hashOfColumns(archiveDirectory, source, day);
  return mark.file === file
    ? undefined
    : "it is not the file that was compared with the day's lines";
}

/** @returns nothing when there is none that says what is needed */
async function readMark(
  store: DirectoryArchiveStore,
  source: string,
  day: string,
): Promise<ColumnsMark | undefined> {
  const bytes = await ifThere(store.get(columnsMarkKey(source, day)));
  return bytes && parseMark(source, day, bytes);
}

/**
 * SHA-256 of a day's Parquet file, hex.
 *
 * @returns nothing when there is none, as of a day without entries
 * @throws {ArchiveObjectError} when it cannot be read
 */
export async function hashOfColumns(
  archiveDirectory: string,
  source: string,
  day: string,
): Promise<string | undefined> {
  const key = columnsKey(source, day);
  return ifThere(hashArchiveFile(join(archiveDirectory, key), key));
}

/** Damaged objects that an error names; `verify` names all. */
const NAMED_MAX = 5;

/** @param damaged - keys, each with its problem */
export function describeDamaged(damaged: readonly (readonly [string, string])[]): string {
  const named = damaged
    .slice(0, NAMED_MAX)
    .map(([key, problem]) => `cannot read ${key}: ${problem}`);
  const more = damaged.length - named.length;
  return `${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}: restore the first version, or leave out what is damaged (query --skip-damaged)`;
}
