import {
  listManifests,
  manifestKey,
  type SealedRevision,
  signatureKey,
} from "../archive/sealed-day.ts";
import type { ArchiveStore, Sealing } from "../ports.ts";
import { hashOf, parseManifest } from "../seal/manifest.ts";
import type { SealSummary } from "./report-data.ts";

/**
 * How far a source is sealed.
 *
 * @param head - the newest manifest, as the checkpoint has it; without it, as of a copy of an
 * archive, every manifest is read to find it
 */
export async function summarizeSeals(
  store: ArchiveStore,
  source: string,
  head?: NonNullable<Sealing["head"]>,
): Promise<SealSummary> {
  const manifests = await listManifests(store, source);
  const days = [...new Set(manifests.map(({ day }) => day))];
  const [firstDay, lastDay] = [days[0], days.at(-1)];
  if (firstDay === undefined || lastDay === undefined) return { source, days: 0, isSigned: false };
  const newest = head ?? (await findHead(store, source, manifests));
  const { day, revision = 1, sequence, sha256 } = newest;
  return {
    ...{ source, days: days.length, firstDay, lastDay },
    head: { day, sequence, sha256, manifest: manifestKey(source, day, revision) },
    isSigned: await exists(store, signatureKey(source, day, revision)),
  };
}

async function findHead(
  store: ArchiveStore,
  source: string,
  manifests: readonly SealedRevision[],
): Promise<NonNullable<Sealing["head"]>> {
  let newest = { day: "", revision: 0, sequence: 0, sha256: "" };
  for (const { day, revision } of manifests) {
    const key = manifestKey(source, day, revision);
    const bytes = await store.get(key);
    const { sequence } = parseManifest(key, bytes);
    if (sequence > newest.sequence) newest = { day, revision, sequence, sha256: hashOf(bytes) };
  }
  return newest;
}

async function exists(store: ArchiveStore, key: string): Promise<boolean> {
  for await (const found of store.list(key)) {
    if (found.key === key) return true;
  }
  return false;
}
