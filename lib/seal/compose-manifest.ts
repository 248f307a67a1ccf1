import { contentHashOf, dayPrefix, PREFIXES } from "../archive/object-key.ts";
import { listManifests, manifestKey } from "../archive/sealed-day.ts";
import type { ArchiveStore, Sealing } from "../ports.ts";
import { sumLateness } from "../run/lateness.ts";
import { hashOf, type Manifest, type ManifestHour, parseManifest } from "./manifest.ts";

export interface ManifestPlace {
  source: string;
  /** UTC, `YYYY-MM-DD`. */
  day: string;
  /** 1 for the first manifest of the day. */
  revision: number;
  /** The manifest before it in the chain; null for the first of the source. */
  head: Sealing["head"];
}

/**
 * A day's manifest, next in the chain.
 *
 * @param sealedAt - ISO 8601
 */
export async function composeManifest(
  archive: ArchiveStore,
  { source, day, revision, head }: ManifestPlace,
  hours: ManifestHour[],
  sealedAt: string,
): Promise<Manifest> {
  const before =
    revision === 1 ? undefined : await archive.get(manifestKey(source, day, revision - 1));
  const foreign = await listForeign(archive, { source, day }, hours);
  const sum = (field: "listed" | "archived" | "late" | "only_in_archive" | "twice" | "differs") =>
    hours.reduce((total, hour) => total + hour[field], 0);
  return {
    version: 2,
    ...{ source, day, revision },
    amends: before === undefined ? null : hashOf(before),
    sequence: (head?.sequence ?? 0) + 1,
    previous: head && { day: head.day, revision: head.revision ?? 1, sha256: head.sha256 },
    sealed_at: sealedAt,
    listed: sum("listed"),
    archived: sum("archived"),
    late: sum("late"),
    only_in_archive: sum("only_in_archive"),
    twice: sum("twice"),
    differs: sum("differs"),
    lateness: sumLateness(hours.map(({ lateness }) => lateness)),
    hours,
    ...(foreign.length === 0 ? {} : { foreign }),
  };
}

/** @returns what lies in the day's folders, is not named as an object is, and is in none of the hours */
async function listForeign(
  archive: ArchiveStore,
  { source, day }: Pick<ManifestPlace, "source" | "day">,
  hours: readonly ManifestHour[],
): Promise<NonNullable<Manifest["foreign"]>> {
  const known = new Set(hours.flatMap(({ foreign }) => foreign.map(({ key }) => key)));
  const found: NonNullable<Manifest["foreign"]> = [];
  for (const prefix of [PREFIXES.auditLogs, PREFIXES.quarantine]) {
    for await (const { key, sizeBytes } of archive.list(dayPrefix(prefix, source, day))) {
      if (contentHashOf(key) === undefined && !known.has(key)) {
        found.push({ key, size_bytes: sizeBytes });
      }
    }
  }
  return found;
}

/**
 * The newest manifest of the chain. There are as many manifests as the newest
 * has as its number; when the checkpoint says otherwise, it is not up to
 * date, and all of them are read.
 *
 * @param known - the newest that the checkpoint names
 */
export async function newestOfChain(
  archive: ArchiveStore,
  source: string,
  known: Sealing["head"],
): Promise<Sealing["head"]> {
  let head = known;
  const manifests = await listManifests(archive, source);
  if (manifests.length === (head?.sequence ?? 0)) {
    return head;
  }
  for (const { day, revision } of manifests) {
    const key = manifestKey(source, day, revision);
    const bytes = await archive.get(key);
    const { sequence } = parseManifest(key, bytes);
    if (sequence > (head?.sequence ?? 0)) {
      head = { day, revision, sequence, sha256: hashOf(bytes) };
    }
  }
  return head;
}
