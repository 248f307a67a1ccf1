import { liveWriter } from "../archive/writer.ts";
import type { CheckpointStore, Clock, WriterCounts } from "../ports.ts";
import { addLate, currentCounts } from "../run/lateness.ts";
import { startOfDay } from "../time.ts";
import type { Manifest } from "./manifest.ts";

/**
 * Count what the live runs left to find: only of days that they took in with the
 * settings they have.
 *
 * @param counted - the counts of the days before
 * @returns the counts with the day
 */
export async function countDay(
  { checkpoints, clock }: { checkpoints: CheckpointStore; clock: Clock },
  allowedLatenessSeconds: number,
  counted: WriterCounts | undefined,
  { source, day, listed, lateness }: Manifest,
): Promise<WriterCounts> {
  const counts = currentCounts(counted, { allowedLatenessSeconds }, clock.nowMs());
  const writers = await checkpoints.writers(source);
  const live = writers.find(({ writer }) => writer === liveWriter(source));
  const { startedAtMs = Number.POSITIVE_INFINITY } = live?.checkpoint?.tally ?? {};
  if (startOfDay(day) * 1000 < startedAtMs) {
    return counts;
  }
  return {
    ...addLate(counts, lateness),
    days: (counts.days ?? 0) + 1,
    entries: (counts.entries ?? 0) + listed,
  };
}
