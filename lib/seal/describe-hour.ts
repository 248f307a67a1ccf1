import { decodeText, measureText } from "../archive/archive-object.ts";
import { contentHashOf, hourPrefix, quarantinePrefix } from "../archive/object-key.ts";
import type { ArchiveStore, ReconciledHour } from "../ports.ts";
import { SECONDS_PER_HOUR } from "../time.ts";
import { hashOf, IDS_NAMED_MAX, type ManifestHour, type SealedObject } from "./manifest.ts";
import {
  checkTimes,
  describeLines,
  type KnownContents,
  type ObjectContents,
} from "./object-contents.ts";
import { withLinesOf } from "./read-lines.ts";
import { RepeatedIds } from "./repeated-ids.ts";

/**
 * What a manifest says of an hour: reads each of its objects, one at a time.
 * Of an entry eight bytes stay in memory, to find ids that are in two lines.
 *
 * @param start - of the hour, epoch seconds
 * @param known - contents of objects that need not be taken apart once more
 * @throws {ArchiveObjectError} when an object cannot be read, or its name is not that of its lines
 */
export async function describeHour(
  store: ArchiveStore,
  source: string,
  start: number,
  reconciled: ReconciledHour,
  known: KnownContents,
): Promise<ManifestHour> {
  const objects: ManifestHour["objects"] = [];
  const foreign: ManifestHour["foreign"] = [];
  const repeated = new RepeatedIds();
  for await (const { key, body } of readObjects(store, hourPrefix(source, start), foreign)) {
    const sha256 = hashOf(body);
    const measured = known.take(sha256) ?? (await withLinesOf(key, body, describeLines));
    checkTimes(key, measured);
    repeated.add(measured.idHashes);
    objects.push({
      ...sealedObject(key, body, sha256, measured),
      min_date_create: measured.minDateCreate,
      max_date_create: measured.maxDateCreate,
    });
  }
  const twice = await repeated.find(async (use) => {
    for (const { key } of objects) {
      await withLinesOf(key, await store.get(key), use);
    }
  }, IDS_NAMED_MAX);
  const quarantine: SealedObject[] = [];
  for await (const { key, body } of readObjects(store, quarantinePrefix(source, start), foreign)) {
    const measured = measureText(await decodeText(key, body));
    quarantine.push(sealedObject(key, body, hashOf(body), measured));
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
): AsyncGenerator<{ key: string; body: Uint8Array }, void, void> {
  for await (const { key, sizeBytes } of store.list(prefix)) {
    if (contentHashOf(key) === undefined) foreign.push({ key, size_bytes: sizeBytes });
    else yield { key, body: await store.get(key) };
  }
}

function sealedObject(
  key: string,
  body: Uint8Array,
  sha256: string,
  measured: Pick<ObjectContents, "lines" | "hash">,
): SealedObject {
  return {
    key,
    size_bytes: body.byteLength,
    sha256,
    entries: measured.lines,
    ...(measured.hash === contentHashOf(key) ? {} : { altered: true as const }),
  };
}
