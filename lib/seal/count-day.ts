import { liveLane } from "../archive/lane.ts";
import type { CheckpointStore, Clock } from "../ports.ts";
import { addToTally, currentTally } from "../run/lateness.ts";
import { startOfDay } from "../time.ts";
import type { Manifest } from "./manifest.ts";

/**
 * Count what the live runs left to find: only of days that they took in with the
 * settings they have.
 *
 * @param counted - the tally of the days before
 * @returns the tally with the day
 */
export async function countDay(
  { checkpoints, clock }: { checkpoints: CheckpointStore; clock: Clock },
  allowedLatenessSeconds: number,
  counted: Record<string, number> | undefined,
  { source, day, listed, lateness }: Manifest,
): Promise<Record<string, number>> {
  const tally = currentTally(counted, { allowedLatenessSeconds }, clock.nowMs());
  const lanes = await checkpoints.lanes(source);
  const live = lanes.find(({ lane }) => lane === liveLane(source));
  const { startedAtMs = Number.POSITIVE_INFINITY } = live?.checkpoint?.tally ?? {};
  if (startOfDay(day) * 1000 < startedAtMs) {
    return tally;
  }
  return {
    ...addToTally(tally, lateness),
    days: (tally.days ?? 0) + 1,
    entries: (tally.entries ?? 0) + listed,
  };
}
