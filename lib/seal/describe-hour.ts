import { hash } from "node:crypto";
import { decodeLines, hashLines } from "../archive/archive-object.ts";
import { readLine } from "../archive/archived-entries.ts";
import { contentHashOf, hourPrefix, quarantinePrefix } from "../archive/object-key.ts";
import type { ArchiveStore, ReconciledHour } from "../ports.ts";
import { SECONDS_PER_HOUR } from "../time.ts";
import { hashOf, IDS_NAMED_MAX, type ManifestHour, type SealedObject } from "./manifest.ts";

/**
 * What a manifest says of an hour: reads each of its objects, one at a time.
 * Of an entry eight bytes stay in memory, to find ids that stand twice.
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
  const hashes: BigUint64Array[] = [];
  for await (const { object, lines } of readObjects(store, hourPrefix(source, start), foreign)) {
    const entries = lines.map((line) => readLine(object.key, line));
    const seconds = entries.map(({ dateCreate }) => dateCreate);
    hashes.push(BigUint64Array.from(entries, ({ id }) => hashOfId(id)));
    objects.push({
      ...object,
      min_date_create: seconds.reduce((a, b) => Math.min(a, b)),
      max_date_create: seconds.reduce((a, b) => Math.max(a, b)),
    });
  }
  const repeated = findRepeated(hashes);
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
    twice: repeated.lines,
    differs: reconciled.differs ?? 0,
    only_in_archive_ids: reconciled.onlyInArchiveIds,
    twice_ids: await nameRepeated(store, objects, repeated.hashes),
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
): AsyncGenerator<{ object: SealedObject; lines: Uint8Array[] }> {
  for await (const { key, sizeBytes } of store.list(prefix)) {
    const hash = contentHashOf(key);
    if (hash === undefined) {
      foreign.push({ key, size_bytes: sizeBytes });
      continue;
    }
    const body = await store.get(key);
    const lines = await decodeLines(key, body);
    const object: SealedObject = {
      key,
      size_bytes: body.byteLength,
      sha256: hashOf(body),
      entries: lines.length,
      ...(hashLines(lines) === hash ? {} : { altered: true as const }),
    };
    yield { object, lines };
  }
}

function hashOfId(id: string): bigint {
  return hash("sha256", id, "buffer").readBigUInt64LE();
}

/** @returns how many lines repeat an id, and the hashes of those ids */
function findRepeated(parts: readonly BigUint64Array[]): { lines: number; hashes: Set<bigint> } {
  const all = new BigUint64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  all.sort();
  const hashes = new Set<bigint>();
  let lines = 0;
  for (let i = 1; i < all.length; i++) {
    const current = all[i];
    if (current !== undefined && current === all[i - 1]) {
      lines += 1;
      hashes.add(current);
    }
  }
  return { lines, hashes };
}

async function nameRepeated(
  store: ArchiveStore,
  objects: readonly SealedObject[],
  hashes: ReadonlySet<bigint>,
): Promise<string[]> {
  const ids = new Set<string>();
  if (hashes.size > 0) {
    for (const { key } of objects) {
      for (const line of await decodeLines(key, await store.get(key))) {
        const { id } = readLine(key, line);
        if (hashes.has(hashOfId(id))) ids.add(id);
      }
    }
  }
  return [...ids].sort().slice(0, IDS_NAMED_MAX);
}
