import { Archive, type ArchiveOptions } from "../../lib/archive/archive.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { systemClock } from "../../lib/slack/clock.ts";

const unguarded = <T>(put: () => Promise<T>): Promise<T> => put();

/** The archive of a source, as its only writer sees it, who has claimed all time. */
export function openArchive(
  store: ArchiveStore,
  source: string,
  options: Partial<ArchiveOptions> = {},
): Archive {
  const guard = { range: { from: 0, until: 9_999_999_999 }, write: unguarded };
  return new Archive(store, { source, guard, clock: systemClock, ...options });
}
