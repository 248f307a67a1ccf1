import { Archive, type ArchiveOptions } from "../../lib/archive/archive.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { systemClock } from "../../lib/slack/clock.ts";

/** Lets every write pass, at any time. */
export const UNGUARDED = {
  range: { from: 0, until: 9_999_999_999 },
  write: <T>(put: () => Promise<T>): Promise<T> => put(),
};

/** The archive of a source, as its only writer sees it, who has claimed all time. */
export function openArchive(
  store: ArchiveStore,
  source: string,
  options: Partial<ArchiveOptions> = {},
): Archive {
  return new Archive(store, { source, guard: UNGUARDED, clock: systemClock, ...options });
}
