import type { ArchiveStore } from "../ports.ts";
import { dayOfManifestKey, manifestsPrefix } from "./manifest.ts";

/** Days that have a manifest, UTC, `YYYY-MM-DD`, ascending. */
export async function sealedDays(store: ArchiveStore, source: string): Promise<string[]> {
  const days: string[] = [];
  for await (const { key } of store.list(manifestsPrefix(source))) {
    const day = dayOfManifestKey(source, key);
    if (day !== undefined) days.push(day);
  }
  return days;
}
