import { liveLane, sealLane, spanOfLane } from "../archive/lane.ts";
import type { Checkpoint, LaneStatus } from "../ports.ts";
import { reachesBackTo } from "../run/reach.ts";
import { overlaps, rangeOfDay, toIsoSeconds } from "../time.ts";

export interface SettleSettings {
  source: string;
  /** Seconds after its end before a day is sealed. */
  sealDelaySeconds: number;
  /** What the live runs use, in seconds. */
  allowedLatenessSeconds: number;
}

/**
 * Why a day cannot be sealed yet: something may still write to it.
 *
 * @param day - UTC, `YYYY-MM-DD`
 * @param lanes - all of the source's
 * @param now - epoch seconds
 * @returns nothing when it can
 */
export function whyNotSettled(
  day: string,
  lanes: readonly LaneStatus[],
  settings: SettleSettings,
  now: number,
): string | undefined {
  const { from, until } = rangeOfDay(day);
  if (now < until + settings.sealDelaySeconds) {
    return `it ends at ${toIsoSeconds(until)} and is sealed ${settings.sealDelaySeconds} s later at the earliest`;
  }
  const live = lanes.find(({ lane }) => lane === liveLane(settings.source))?.checkpoint;
  if (live === undefined) {
    return `"${settings.source}" has no completed run; run ingest first`;
  }
  if (until <= earliestStart(lanes)) {
    return `the archive of "${settings.source}" begins at ${toIsoSeconds(earliestStart(lanes))}; run backfill to archive earlier days`;
  }
  const lateness = allowedLatenessOf(live, settings);
  if (live.start < until && reachesBackTo(live, lateness) < until) {
    return `late entries may still arrive: runs have reached ${toIsoSeconds(live.watermark)} and rescan ${lateness} s`;
  }
  const backfill = lanes.find(({ lane, checkpoint }) => {
    const span = spanOfLane(lane);
    return (
      span !== undefined &&
      checkpoint !== undefined &&
      !checkpoint.cancelled &&
      overlaps(span, { from, until }) &&
      checkpoint.watermark < Math.min(span.until, until)
    );
  });
  return backfill && `the backfill ${backfill.lane} has not finished this day`;
}

/** The live runs may use another setting than this one was given: they say so in their counts. */
function allowedLatenessOf({ tally }: Checkpoint, settings: SettleSettings): number {
  return Math.max(settings.allowedLatenessSeconds, tally?.allowedLatenessSeconds ?? 0);
}

/** Epoch seconds at which the source's archive begins, backfills included. */
export function earliestStart(lanes: readonly LaneStatus[]): number {
  return Math.min(
    ...lanes
      .filter(({ lane }) => !lane.endsWith(sealLane("")))
      .map(({ checkpoint }) => {
        const { start = Number.POSITIVE_INFINITY, watermark, cancelled } = checkpoint ?? {};
        return cancelled && watermark === start ? Number.POSITIVE_INFINITY : start;
      }),
  );
}
