import { listManifests, manifestKey } from "../archive/sealed-day.ts";
import type { ArchiveStore } from "../ports.ts";
import type { ManifestPlace } from "./compose-manifest.ts";
import { parseManifest } from "./manifest.ts";

/**
 * Whether the chain knows a manifest under the key of the one that is to be
 * written, as when somebody deleted it: the checkpoint has it as the newest, or
 * the one after it names it.
 *
 * @returns its key; nothing when it was never there
 */
export async function lostManifest(
  archive: ArchiveStore,
  { source, day, revision, head }: ManifestPlace,
): Promise<string | undefined> {
  if (head === null) return undefined;
  const manifests = await listManifests(archive, source);
  // The chain is whole: there are as many as the newest has as its number.
  if (manifests.length >= head.sequence) return undefined;
  const lost = manifestKey(source, day, revision);
  if (manifestKey(source, head.day, head.revision) === lost) return lost;
  for (const found of manifests) {
    const key = manifestKey(source, found.day, found.revision);
    const { previous } = parseManifest(key, await archive.get(key));
    if (previous !== null && manifestKey(source, previous.day, previous.revision) === lost) {
      return lost;
    }
  }
  return undefined;
}
