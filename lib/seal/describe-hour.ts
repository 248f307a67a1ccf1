import { decodeText, measureText } from "../archive/archive-object.ts";
import { contentHashOf, hourPrefix, quarantinePrefix } from "../archive/object-key.ts";
import type { ArchiveStore, ReconciledHour } from "../ports.ts";
import { SECONDS_PER_HOUR } from "../time.ts";
import { hashOf, IDS_NAMED_MAX, type ManifestHour, type SealedObject } from "./manifest.ts";
import { readLines } from "./read-lines.ts";
import { RepeatedIds } from "./repeated-ids.ts";

/**
 * What a manifest says of an hour: reads each of its objects, one at a time.
 * Of an entry eight bytes stay in memory, to find ids that are in two lines.
 *
 * @param start - of the hour, epoch seconds
 * @throws {ArchiveObjectError} when an object cannot be read
 */
export async function describeHour(
  store: ArchiveStore,
  source: string,
  start: number,
  reconciled: ReconciledHour,
): Promise<ManifestHour> {
  const objects: ManifestHour["objects"] = [];
  const foreign: ManifestHour["foreign"] = [];
  const repeated = new RepeatedIds();
  for await (const { object, text } of readObjects(store, hourPrefix(source, start), foreign)) {
    let [min, max] = [Number.POSITIVE_INFINITY, 0];
    for (const { id, second } of readLines(object.key, text)) {
      repeated.add(id);
      min = Math.min(min, second);
      max = Math.max(max, second);
    }
    objects.push({ ...object, min_date_create: min, max_date_create: max });
  }
  const twice = await repeated.find(() => readIds(store, objects), IDS_NAMED_MAX);
  const quarantine: SealedObject[] = [];
  for await (const { object } of readObjects(store, quarantinePrefix(source, start), foreign)) {
    quarantine.push(object);
  }
  return {
    hour: (start / SECONDS_PER_HOUR) % 24,
    listed: reconciled.listed,
    archived: objects.reduce((sum, { entries }) => sum + entries, 0),
    late: reconciled.late,
    only_in_archive: reconciled.onlyInArchive,
    twice: twice.lines,
    differs: reconciled.differs ?? 0,
    only_in_archive_ids: reconciled.onlyInArchiveIds,
    twice_ids: twice.ids,
    differs_ids: reconciled.differsIds ?? [],
    lateness: reconciled.lateness,
    objects,
    quarantine,
    foreign,
  };
}

/** Keys of everything in an hour that a record of it names, ascending. */
export async function keysOfHour(
  store: ArchiveStore,
  source: string,
  start: number,
): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of [hourPrefix(source, start), quarantinePrefix(source, start)]) {
    for await (const { key } of store.list(prefix)) keys.push(key);
  }
  return keys.sort();
}

/** Those that a record names, ascending. */
export function keysIn({ objects, quarantine, foreign }: ManifestHour): string[] {
  return [...objects, ...quarantine, ...foreign].map(({ key }) => key).sort();
}

/** @param foreign - takes what is not named as an object */
async function* readObjects(
  store: ArchiveStore,
  prefix: string,
  foreign: ManifestHour["foreign"],
): AsyncGenerator<{ object: SealedObject; text: Buffer }> {
  for await (const { key, sizeBytes } of store.list(prefix)) {
    const hash = contentHashOf(key);
    if (hash === undefined) {
      foreign.push({ key, size_bytes: sizeBytes });
      continue;
    }
    const body = await store.get(key);
    const text = await decodeText(key, body);
    const measured = measureText(text);
    const object: SealedObject = {
      key,
      size_bytes: body.byteLength,
      sha256: hashOf(body),
      entries: measured.lines,
      ...(measured.hash === hash ? {} : { altered: true as const }),
    };
    yield { object, text };
  }
}

async function* readIds(
  store: ArchiveStore,
  objects: readonly SealedObject[],
): AsyncGenerator<string, void, void> {
  for (const { key } of objects) {
    for (const { id } of readLines(key, await decodeText(key, await store.get(key)))) yield id;
  }
}
