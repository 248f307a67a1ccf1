import { ArchiveObjectError, checkObject, describeUnreadable } from "../archive/archive-object.ts";
import { contentHashOf, parseObjectKey } from "../archive/object-key.ts";
import { inParallel } from "../in-parallel.ts";
import { type ArchiveStore, ObjectMissingError } from "../ports.ts";
import type { ReportDamage } from "./damage.ts";
import { checkTimes, timesOf } from "./object-contents.ts";
import { withLines } from "./read-lines.ts";

/** Objects that are fetched at once: S3 takes its time for each. */
const CONCURRENCY = 8;
/** One is decompressed while the other is hashed. No more: each may be a gzip bomb. */
const CHECKED_AT_ONCE = 2;

export interface CheckLimits {
  onDamage: ReportDamage;
  signal?: AbortSignal | undefined;
}

/**
 * Fetch objects and check each, a few at a time.
 *
 * @param check - returns what is wrong with it, or throws that it cannot be read
 * @returns how many there were, and their bytes as stored
 * @throws the signal's reason when it is aborted, and what the store throws
 */
export async function checkObjects<T extends { key: string }>(
  store: ArchiveStore,
  objects: readonly T[],
  check: (object: T, body: Uint8Array) => Promise<string | undefined>,
  { onDamage, signal }: CheckLimits,
): Promise<{ objects: number; bytes: number }> {
  const checked = { objects: 0, bytes: 0 };
  for (let next = 0; next < objects.length; next += CONCURRENCY) {
    signal?.throwIfAborted();
    const batch = objects.slice(next, next + CONCURRENCY);
    const fetched = (await Promise.all(batch.map(fetchObject))).flat();
    const problems = await inParallel(fetched, CHECKED_AT_ONCE, ({ object, body }) =>
      check(object, body).catch(problemOf),
    );
    for (const [index, { object }] of fetched.entries()) {
      const problem = problems[index];
      if (problem !== undefined) onDamage("object_changed", object.key, problem);
    }
  }
  return checked;

  /** @returns the object with its body, if it is there */
  async function fetchObject(object: T): Promise<{ object: T; body: Uint8Array }[]> {
    const body = await getIfThere(store, object.key);
    if (body instanceof ArchiveObjectError) {
      onDamage("object_changed", object.key, describeUnreadable(body));
      return [];
    }
    if (body === undefined) {
      onDamage("object_missing", object.key, "it was deleted while this check ran");
      return [];
    }
    checked.objects += 1;
    checked.bytes += body.byteLength;
    return [{ object, body }];
  }
}

/**
 * Check objects of which no manifest says what they are: each must hold what
 * its name says, the lines with that hash and, of entries, with those times.
 *
 * @param keys - of objects, of the archive or of the quarantine
 * @returns how many there were
 */
export async function checkByName(
  store: ArchiveStore,
  keys: readonly string[],
  limits: CheckLimits,
): Promise<number> {
  const named = keys.map((key) => ({ key }));
  const { objects } = await checkObjects(store, named, checkName, limits);
  return objects;
}

async function checkName({ key }: { key: string }, body: Uint8Array): Promise<undefined> {
  await checkObject(key, contentHashOf(key) ?? "", body, (text) => {
    if (parseObjectKey(key) === undefined) return;
    withLines(key, text, (lines) => checkTimes(key, timesOf(lines)));
  });
}

function problemOf(error: unknown): string {
  if (error instanceof ArchiveObjectError) return error.problem;
  throw error;
}

/** @returns the error where its name is that of no file; nothing when nothing is there */
export async function getIfThere(
  store: ArchiveStore,
  key: string,
): Promise<Uint8Array | ArchiveObjectError | undefined> {
  return store.get(key).catch((error) => {
    if (error instanceof ObjectMissingError) return undefined;
    if (error instanceof ArchiveObjectError) return error;
    throw error;
  });
}
