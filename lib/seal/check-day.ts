import {
  ArchiveObjectError,
  decodeLines,
  describeUnreadable,
  hashLines,
  measureObject,
} from "../archive/archive-object.ts";
import { contentHashOf, dayPrefix, PREFIXES } from "../archive/object-key.ts";
import { addendumKey, isAddendumNoted } from "../archive/sealed-day.ts";
import type { ArchiveStore } from "../ports.ts";
import { type CheckLimits, checkByName, checkObjects } from "./check-objects.ts";
import {
  type ArchivedObject,
  foreignIn,
  hashOf,
  type Manifest,
  objectsOf,
  type SealedObject,
} from "./manifest.ts";
import { problemOfTimes, timesOf } from "./object-contents.ts";
import { withLinesOf } from "./read-lines.ts";

/** The objects of a sealed day that were fetched, and what they hold. */
export interface CheckedDay {
  objects: number;
  /** In objects that are as they were sealed. */
  entries: number;
  /** As stored, compressed. */
  bytes: number;
  /** Keys of objects that had been changed when the day was sealed. */
  altered: string[];
  /** Objects that were stored after the seal, and are noted as an addendum. */
  addenda: number;
}

/**
 * Check every object of a sealed day against the day's newest manifest.
 *
 * @throws the signal's reason when it is aborted, and what the store throws
 */
export async function checkDay(
  store: ArchiveStore,
  manifest: Manifest,
  limits: CheckLimits,
): Promise<CheckedDay> {
  const { onDamage } = limits;
  const { source, day, revision } = manifest;
  const sealed = new Map(objectsOf(manifest).map((object) => [object.key, object]));
  const foreign = new Set(foreignIn(manifest).map(({ key }) => key));
  const found = new Set<string>();
  const added: string[] = [];
  for (const prefix of [PREFIXES.auditLogs, PREFIXES.quarantine]) {
    for await (const { key } of store.list(dayPrefix(prefix, source, day))) {
      found.add(key);
      if (sealed.has(key) || foreign.has(key)) continue;
      if (contentHashOf(key) === undefined) {
        const problem = "it was not there when the day was sealed, and nothing reads it";
        onDamage("path_unknown", key, problem);
      } else {
        added.push(key);
      }
    }
  }
  const addenda = await judgeAdded(added);
  for (const key of sealed.keys()) {
    if (!found.has(key)) {
      onDamage("object_missing", key, "it was there when the day was sealed");
    }
  }
  const objects = [...sealed.values()].filter(({ key }) => found.has(key));
  const altered = objects.filter(({ altered }) => altered).map(({ key }) => key);
  let entries = 0;
  const checked = await checkObjects(
    store,
    objects,
    async (object, body) => {
      const isAsSealed = hashOf(body) === object.sha256;
      if (isAsSealed) entries += object.entries;
      return (isAsSealed ? contradictionOf : describeChange)(object, body);
    },
    limits,
  );
  return { ...checked, entries, altered, addenda };

  /**
   * What came after the seal is an addendum when it was noted as one.
   *
   * @returns the number of objects that are
   */
  async function judgeAdded(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    if (await isAddendumNoted(store, source, manifest)) return checkByName(store, keys, limits);
    for (const key of keys) {
      const note = addendumKey(source, day, revision + 1);
      const problem = `it was not there when the day was sealed, and no addendum notes it (${note})`;
      onDamage("object_added", key, problem);
    }
    return 0;
  }
}

/** In what the manifest says something else of an object than the bytes of which it has the hash. */
async function contradictionOf(
  { key, size_bytes, entries, altered, ...times }: SealedObject | ArchivedObject,
  body: Uint8Array,
): Promise<string | undefined> {
  if (body.byteLength !== size_bytes) {
    return `its manifest gives it ${size_bytes} bytes, and it has ${body.byteLength}`;
  }
  const { lines, hash } = await measureObject(key, body);
  if (lines !== entries) return `its manifest gives it ${entries} lines, and it has ${lines}`;
  const isAltered = hash !== contentHashOf(key);
  if (isAltered !== (altered ?? false)) {
    return `its manifest says that its lines were ${altered ? "" : "not "}changed before the seal, and they ${isAltered ? "were" : "are not"}`;
  }
  if (!("min_date_create" in times)) return undefined;
  const stated = { minDateCreate: times.min_date_create, maxDateCreate: times.max_date_create };
  // The seal found the times of the lines in their name: where the manifest says these, it is right.
  if (!isAltered && problemOfTimes(key, stated) === undefined) return undefined;
  const { minDateCreate, maxDateCreate } = await withLinesOf(key, body, timesOf);
  if (minDateCreate !== stated.minDateCreate || maxDateCreate !== stated.maxDateCreate) {
    return `its manifest gives it the times ${stated.minDateCreate} to ${stated.maxDateCreate}, and it has ${minDateCreate} to ${maxDateCreate}`;
  }
  // Earlier versions sealed an object whatever times its name gave it.
  return isAltered ? undefined : problemOfTimes(key, stated);
}

/** What has become of an object that is not what was sealed. */
async function describeChange(sealed: SealedObject, body: Uint8Array): Promise<string> {
  let lines: Uint8Array[];
  try {
    lines = await decodeLines(sealed.key, body);
  } catch (error) {
    if (!(error instanceof ArchiveObjectError)) throw error;
    return describeUnreadable(error);
  }
  if (lines.length !== sealed.entries) {
    return `it has ${lines.length} lines, not ${sealed.entries}`;
  }
  return sealed.key.endsWith(`${hashLines(lines)}.json.gz`)
    ? "its lines are what they were, but compressed anew"
    : "the text of its lines is another";
}
