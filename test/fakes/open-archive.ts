import { Archive, type ArchiveOptions, type WriteGuard } from "../../lib/archive/archive.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { systemClock } from "../../lib/slack/clock.ts";

/** For who is the only writer, of all time. */
export const UNGUARDED: WriteGuard = {
  range: { from: 0, until: 9_999_999_999 },
  write: (put) => put(),
};

/** The archive of a source, as its only writer sees it, who has claimed all time. */
export function openArchive(
  store: ArchiveStore,
  source: string,
  options: Partial<ArchiveOptions> = {},
): Archive {
  return new Archive(store, { source, guard: UNGUARDED, clock: systemClock, ...options });
}
