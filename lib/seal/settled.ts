import { liveLane, sealLane, spanOfLane } from "../archive/lane.ts";
import type { Checkpoint, LaneStatus } from "../ports.ts";
import { SECONDS_PER_DAY, startOfDay, toIsoSeconds } from "../time.ts";

export interface SettleSettings {
  source: string;
  /** Seconds after its end at which a day is closed at the earliest. */
  sealDelaySeconds: number;
  /** What the live runs use, in seconds. */
  allowedLatenessSeconds: number;
}

/**
 * Why a day cannot be closed yet: something may still write to it.
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
  const from = startOfDay(day);
  const until = from + SECONDS_PER_DAY;
  if (now < until + settings.sealDelaySeconds) {
    return `it ends at ${toIsoSeconds(until)} and is closed ${settings.sealDelaySeconds} s later`;
  }
  const live = lanes.find(({ lane }) => lane === liveLane(settings.source))?.checkpoint;
  if (live === undefined) {
    return `no run has taken anything in for "${settings.source}" yet`;
  }
  if (until <= earliestStart(lanes)) {
    return `the archive of "${settings.source}" begins at ${toIsoSeconds(earliestStart(lanes))}; a backfill brings earlier days`;
  }
  if (live.start < until && reachesBackTo(live, settings.allowedLatenessSeconds) < until) {
    return `the live runs may still find entries of it: they have come to ${toIsoSeconds(live.watermark)} and look ${settings.allowedLatenessSeconds} s back for late ones`;
  }
  const backfill = lanes.find(({ lane, checkpoint }) => {
    const span = spanOfLane(lane);
    return (
      span !== undefined &&
      span.from < until &&
      span.until > from &&
      (checkpoint?.watermark ?? span.from) < Math.min(span.until, until)
    );
  });
  return backfill && `the backfill ${backfill.lane} has not come past it`;
}

/** Epoch seconds at which the source's archive begins, backfills included. */
export function earliestStart(lanes: readonly LaneStatus[]): number {
  return Math.min(
    ...lanes
      .filter(({ lane }) => !lane.endsWith(sealLane("")))
      .map(({ lane, checkpoint }) => {
        const start = spanOfLane(lane)?.from ?? checkpoint?.start;
        return start ?? Number.POSITIVE_INFINITY;
      }),
  );
}

/** Epoch seconds below which a live run will never look again. */
export function reachesBackTo(live: Checkpoint, allowedLatenessSeconds: number): number {
  const { start, watermark, lateScannedAt = start, lateScanPosition, pageCursor } = live;
  return Math.min(
    watermark,
    lateScanPosition ?? watermark,
    pageCursor?.oldest ?? watermark,
    allowedLatenessSeconds > 0
      ? Math.min(watermark, lateScannedAt) - allowedLatenessSeconds
      : watermark,
  );
}
