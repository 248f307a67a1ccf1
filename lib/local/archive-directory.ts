import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { PREFIXES, SOURCE_NAME, sourcePrefix } from "../archive/object-key.ts";
import type { WriterStatus } from "../ports.ts";
import { SqliteCheckpointStore } from "./sqlite-checkpoint-store.ts";

/** Directories that a search reads, in all. */
const DIRECTORIES_MAX = 1000;
const FOUND_MAX = 5;

/** Folders that are named `source=NAME`, below those of {@link PREFIXES}. */
const SOURCE_FOLDER = /^source=(.+)$/;
/** Below those. */
const DAY_FOLDER = /^dt=(\d{4}-\d\d-\d\d)$/;

/** Whether anything was ever stored in this directory, or a run found that there is nothing to store. */
export async function isArchive(directory: string): Promise<boolean> {
  return (
    (await storedSourcesIn(directory)).length > 0 || (await recordedSourcesIn(directory)).length > 0
  );
}

/**
 * Sources of which an archive on disk holds anything, or of which a run has come anywhere,
 * ascending. One whose only run failed at once is none: its name may be a slip.
 */
export async function sourcesIn(directory: string): Promise<string[]> {
  const sources = [...(await storedSourcesIn(directory)), ...(await recordedSourcesIn(directory))];
  return [...new Set(sources)].sort();
}

/**
 * Look for archives below a directory.
 *
 * @param levels - how deep; 1: directly in it
 * @returns their paths, which begin with the directory's; at most five, those least deep first
 */
export async function findArchivesBelow(directory: string, levels: number): Promise<string[]> {
  const found: string[] = [];
  let queue = [directory];
  let isRead = 0;
  for (let level = 0; level < levels && found.length < FOUND_MAX; level += 1) {
    const next: string[] = [];
    for (const parent of queue) {
      if (isRead >= DIRECTORIES_MAX) break;
      isRead += 1;
      for (const name of await foldersIn(parent)) {
        const path = join(parent, name);
        if (await isArchive(path)) found.push(path);
        else next.push(path);
      }
    }
    queue = next;
  }
  return found.slice(0, FOUND_MAX);
}

/** @returns the path of the archive that a directory is part of, if there is one */
export async function findArchiveAround(directory: string): Promise<string | undefined> {
  let path = resolve(directory);
  while (path !== dirname(path)) {
    path = dirname(path);
    if (await isArchive(path)) return path;
  }
  return undefined;
}

async function storedSourcesIn(directory: string): Promise<string[]> {
  const sources = new Set<string>();
  for (const prefix of Object.values(PREFIXES)) {
    for (const name of await foldersIn(join(directory, prefix))) {
      const [, source] = SOURCE_FOLDER.exec(name) ?? [];
      if (source !== undefined && SOURCE_NAME.test(source)) sources.add(source);
    }
  }
  return [...sources];
}

/**
 * The first day and the last of which entries are stored, UTC, `YYYY-MM-DD`.
 *
 * @param only - the one source that counts; all when it is absent
 * @returns nothing when there are no entries
 */
export async function archivedDaysIn(
  directory: string,
  only: string | undefined,
): Promise<{ first: string; last: string } | undefined> {
  const days: string[] = [];
  for (const source of only === undefined ? await storedSourcesIn(directory) : [only]) {
    const names = await foldersIn(join(directory, sourcePrefix(PREFIXES.auditLogs, source)));
    days.push(...names.flatMap((name) => DAY_FOLDER.exec(name)?.[1] ?? []));
  }
  days.sort();
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined || last === undefined ? undefined : { first, last };
}

/** Sources that the checkpoints show to have come anywhere. */
async function recordedSourcesIn(directory: string): Promise<string[]> {
  const recorded = await readCheckpointsIn(directory, async (checkpoints) => {
    const sources: string[] = [];
    for (const source of await checkpoints.sources()) {
      if ((await checkpoints.writers(source)).some(hasProgress)) sources.push(source);
    }
    return sources;
  });
  return recorded ?? [];
}

/** @returns nothing when the archive has no checkpoints, which a copy need not have */
export async function readCheckpointsIn<T>(
  directory: string,
  read: (checkpoints: SqliteCheckpointStore) => Promise<T>,
): Promise<T | undefined> {
  // Opening would create the file, and a copy of an archive may be read-only.
  if (!SqliteCheckpointStore.isIn(directory)) return undefined;
  const checkpoints = new SqliteCheckpointStore(directory);
  try {
    return await read(checkpoints);
  } finally {
    checkpoints.close();
  }
}

function hasProgress({ checkpoint }: WriterStatus): boolean {
  return (
    checkpoint !== undefined &&
    (checkpoint.watermark > checkpoint.start || Boolean(checkpoint.closing?.head))
  );
}

/** Not hidden ones, and no links, which could lead around in a circle; none that cannot be read. */
async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(toNone);
  return entries
    .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

const ABSENT = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM"]);

function toNone(error: NodeJS.ErrnoException): Dirent[] {
  if (ABSENT.has(error.code ?? "")) return [];
  throw error;
}
