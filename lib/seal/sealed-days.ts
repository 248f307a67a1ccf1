import { sealLane } from "../archive/lane.ts";
import type { ArchiveStore, LaneStatus } from "../ports.ts";
import { dayOf } from "../time.ts";
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

/** The day whose close was begun last; it may be over. */
export function sealingDay(source: string, lanes: readonly LaneStatus[]): string | undefined {
  const checkpoint = lanes.find(({ lane }) => lane === sealLane(source))?.checkpoint;
  return checkpoint && dayOf(checkpoint.start);
}
