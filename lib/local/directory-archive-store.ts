import { randomUUID } from "node:crypto";
import type { Dirent } from "node:fs";
import { link, mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ArchiveObjectError } from "../archive/archive-object.ts";
import type { ArchiveStore, StoredObject } from "../ports.ts";
import { codeOf, isMissing, problemOfFile, readArchiveFile, statIfThere } from "./archive-file.ts";
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
      if (outcome === "exists") await assertFile(path, key);
      // Also when it exists: the process that linked it may have died before this.
      await syncDirectory(dirname(path));
      return outcome;
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** Whatever has the name of an object is listed: what is no file that can be read, `get` tells. */
  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for await (const key of this.keys(prefix)) {
      const found = await statIfThere(join(this.#directory, key));
      if (found !== undefined) yield { key, sizeBytes: found.size };
    }
  }

  /** What {@link list} yields, without a look at each object. */
  async *keys(prefix: string): AsyncGenerator<string> {
    for await (const { key } of this.#files(prefix)) yield key;
  }

  /** The same, each with what is wrong with it when it is no file, which nobody may open unseen. */
  async *files(prefix: string): AsyncGenerator<{ key: string; problem: string | undefined }> {
    for await (const { key, isFile } of this.#files(prefix)) {
      const path = join(this.#directory, key);
      yield { key, problem: isFile ? undefined : await problemOfFile(path, key) };
    }
  }

  async *#files(prefix: string): AsyncGenerator<{ key: string; isFile: boolean }> {
    if (IMPOSSIBLE_SEGMENT.test(prefix)) return;
    yield* this.#walk(prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix);
  }

  /**
   * Every path below the archive, hidden ones too: what is not an object's, as
   * well, and folders. Not the files directly in the directory, and not what
   * this store and the checkpoints keep beside the objects.
   */
  async *paths(): AsyncGenerator<ArchivePath> {
    for (const { name, isFolder, isFile } of await this.#allIn("")) {
      if (isFile || NOT_OF_THE_ARCHIVE.has(name)) continue;
      // A link to another disk, perhaps.
      const found = await statIfThere(join(this.#directory, name));
      if (found?.isDirectory()) yield* this.#walkAll(isFolder ? name : `${name}/`);
    }
  }

  async *#walkAll(parent: string): AsyncGenerator<ArchivePath> {
    for (const { name, isFolder } of await this.#allIn(parent)) {
      yield { path: parent + name, isFolder };
      if (isFolder) yield* this.#walkAll(parent + name);
    }
  }

  async get(key: string): Promise<Uint8Array> {
    return readArchiveFile(this.#pathOf(key), key);
  }

  #pathOf(key: string): string {
    if (!KEY.test(key)) throw new RangeError(`"${key}" is not a key that an archive can hold`);
    return join(this.#directory, key);
  }

  /** @param parent - path of a folder with a `/` at its end, or nothing for the whole archive */
  async *#walk(parent: string, prefix: string): AsyncGenerator<{ key: string; isFile: boolean }> {
    for (const { name, isFolder, isFile } of await this.#allIn(parent)) {
      const key = parent + name;
      if (name.startsWith(".")) continue;
      if (isFolder) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.#walk(key, prefix);
      } else if (parent !== "" && key.startsWith(prefix)) {
        yield { key, isFile };
      }
    }
  }

  /**
   * What is in a folder, in the order of the keys; nothing when a file is in its place.
   *
   * @throws when the archive itself is a file
   */
  async #allIn(parent: string): Promise<Found[]> {
    let found: Dirent[];
    try {
      found = await readdir(join(this.#directory, parent), { withFileTypes: true });
    } catch (error) {
      const isArchive = (await statIfThere(this.#directory))?.isDirectory() ?? true;
      if (isMissing(error) && isArchive) return [];
      throw error;
    }
    return found
      .map((entry) => {
        const isFolder = entry.isDirectory();
        return { name: isFolder ? `${entry.name}/` : entry.name, isFolder, isFile: entry.isFile() };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
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
      // Nothing when another process swept the file first.
      const writtenAtMs = (await statIfThere(path))?.mtimeMs;
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

/** What has the name of an object and is no file holds nothing. */
async function assertFile(path: string, key: string): Promise<void> {
  const problem = await problemOfFile(path, key);
  if (problem !== undefined) throw new ArchiveObjectError(key, problem);
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

interface ArchivePath {
  /** With a `/` at the end of a folder's. */
  path: string;
  isFolder: boolean;
}

interface Found {
  /** With a `/` at the end of a folder's. */
  name: string;
  isFolder: boolean;
  /** False for links, too. */
  isFile: boolean;
}
