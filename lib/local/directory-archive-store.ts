import { randomUUID } from "node:crypto";
import type { Dirent } from "node:fs";
import { link, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type ArchiveStore, ObjectMissingError, type StoredObject } from "../ports.ts";
import { OWNER_ONLY } from "./owner-only.ts";

/** Folder of what is being written: inside the archive, so that it stays on one file system; hidden from listings and SQL. */
export const UNFINISHED = ".unfinished";

/** Folders beside the archive's: of this store, and of the checkpoints. */
const NOT_OF_THE_ARCHIVE = new Set([`${UNFINISHED}/`, ".locks/"]);

/** A put takes milliseconds: anything this old was left by a process that was killed. */
const LEFTOVER_AGE_MS = 3_600_000;

/**
 * Objects are in folders, so that other files can be beside those. No segment is
 * empty or begins with a dot: nothing outside the archive, nothing hidden in it.
 */
const KEY = /^[^./\\\0][^/\\\0]*(?:\/[^./\\\0][^/\\\0]*)+$/;
const IMPOSSIBLE_SEGMENT = /(?:^|\/)[./]/;

/**
 * An archive in a directory: the object with key `a/b` is its file `a/b`.
 *
 * A file appears under its key complete and flushed to disk, or not at all, and an
 * existing one is never replaced: the body is written elsewhere in the archive and
 * then hard-linked to its name, which fails when the name is taken. Needs a file system with hard links. Files directly in the directory,
 * and names that begin with a dot, are not part of the archive.
 */
export class DirectoryArchiveStore implements ArchiveStore {
  readonly #directory: string;
  /** Known to survive a power cut; one is enough, because a run fills one hour after the other. */
  #durableDirectory: string | undefined;
  #sweptLeftovers = false;

  constructor(directory: string) {
    this.#directory = resolve(directory);
  }

  async put(key: string, body: Uint8Array, signal?: AbortSignal): Promise<"created" | "exists"> {
    const path = this.#pathOf(key);
    signal?.throwIfAborted();
    const unfinishedDirectory = join(this.#directory, UNFINISHED);
    await mkdir(unfinishedDirectory, { recursive: true, mode: OWNER_ONLY.directory });
    const unfinished = join(unfinishedDirectory, randomUUID());
    try {
      const writtenAtMs = await writeDurably(unfinished, body, signal);
      await this.#sweepLeftovers(unfinishedDirectory, writtenAtMs);
      await this.#makeDurableDirectory(dirname(path));
      const outcome = await linkUnlessTaken(unfinished, path);
      // Also when it exists: the process that linked it may have died before this.
      await syncDirectory(dirname(path));
      return outcome;
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for await (const key of this.keys(prefix)) {
      yield { key, sizeBytes: (await stat(join(this.#directory, key))).size };
    }
  }

  /** What {@link list} yields, without a look at each object. */
  async *keys(prefix: string): AsyncGenerator<string> {
    if (IMPOSSIBLE_SEGMENT.test(prefix)) return;
    yield* this.#walk(prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix);
  }

  /**
   * Every path below the archive, hidden ones too: what is not an object's, as
   * well. Not the files directly in the directory, and not what this store and
   * the checkpoints keep beside the objects.
   */
  async *paths(): AsyncGenerator<string> {
    for (const name of await allNamesIn(this.#directory)) {
      if (name.endsWith("/") && !NOT_OF_THE_ARCHIVE.has(name)) yield* this.#walkAll(name);
    }
  }

  async *#walkAll(parent: string): AsyncGenerator<string> {
    for (const name of await allNamesIn(join(this.#directory, parent))) {
      if (name.endsWith("/")) yield* this.#walkAll(parent + name);
      else yield parent + name;
    }
  }

  async get(key: string): Promise<Uint8Array> {
    try {
      return await readFile(this.#pathOf(key));
    } catch (error) {
      if (codeOf(error) === "ENOENT") throw new ObjectMissingError(key, { cause: error });
      throw error;
    }
  }

  #pathOf(key: string): string {
    if (!KEY.test(key)) throw new RangeError(`"${key}" is not a key that an archive can hold`);
    return join(this.#directory, key);
  }

  /** @param parent - path of a folder with a `/` at its end, or nothing for the whole archive */
  async *#walk(parent: string, prefix: string): AsyncGenerator<string> {
    for (const name of await namesIn(join(this.#directory, parent))) {
      const key = parent + name;
      if (key.endsWith("/")) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.#walk(key, prefix);
      } else if (parent !== "" && key.startsWith(prefix)) {
        yield key;
      }
    }
  }

  async #makeDurableDirectory(path: string): Promise<void> {
    if (path === this.#durableDirectory) return;
    await mkdir(path, { recursive: true, mode: OWNER_ONLY.directory });
    // Every level, even if it exists: the process that made it may have died before this.
    for (let level = path; level.length > this.#directory.length; level = dirname(level)) {
      await syncDirectory(dirname(level));
    }
    this.#durableDirectory = path;
  }

  /** @param nowMs - by the clock of the file system, epoch milliseconds */
  async #sweepLeftovers(unfinishedDirectory: string, nowMs: number): Promise<void> {
    if (this.#sweptLeftovers) return;
    this.#sweptLeftovers = true;
    for (const name of await readdir(unfinishedDirectory)) {
      const path = join(unfinishedDirectory, name);
      const writtenAtMs = await modifiedAtMs(path);
      if (writtenAtMs !== undefined && nowMs - writtenAtMs > LEFTOVER_AGE_MS) {
        await rm(path, { force: true });
      }
    }
  }
}

/** @returns when the file was written, by the clock of the file system, epoch milliseconds */
async function writeDurably(path: string, body: Uint8Array, signal?: AbortSignal): Promise<number> {
  const file = await open(path, "wx", OWNER_ONLY.file);
  try {
    await file.writeFile(body, { signal });
    await file.sync();
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
  }
}

async function linkUnlessTaken(from: string, to: string): Promise<"created" | "exists"> {
  try {
    await link(from, to);
    return "created";
  } catch (error) {
    if (codeOf(error) === "EEXIST") return "exists";
    throw error;
  }
}

/** A new name is on disk only when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Files and directories, the latter with a `/`, in the order of the keys below them. */
async function namesIn(path: string): Promise<string[]> {
  return (await allNamesIn(path)).filter((name) => !name.startsWith("."));
}

/** The same, with those that begin with a dot. */
async function allNamesIn(path: string): Promise<string[]> {
  let found: Dirent[];
  try {
    found = await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
  return found
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Nothing when another process swept the file first. */
async function modifiedAtMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
