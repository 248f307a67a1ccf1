import { liveWriter, sealWriter, spanOfWriter } from "../archive/writer.ts";
import type { Checkpoint, WriterStatus } from "../ports.ts";
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
 * @param writers - all of the source's
 * @param now - epoch seconds
 * @returns nothing when it can
 */
export function whyNotSettled(
  day: string,
  writers: readonly WriterStatus[],
  settings: SettleSettings,
  now: number,
): string | undefined {
  const { from, until } = rangeOfDay(day);
  const live = writers.find(({ writer }) => writer === liveWriter(settings.source))?.checkpoint;
  if (live === undefined) {
    return `"${settings.source}" has no completed run; run ingest first`;
  }
  if (now < until + settings.sealDelaySeconds) {
    return `it ends at ${toIsoSeconds(until)} and is sealed ${settings.sealDelaySeconds} s later at the earliest`;
  }
  if (isBeforeArchive(day, writers)) {
    return `the archive of "${settings.source}" begins at ${toIsoSeconds(earliestStart(writers))}; run backfill to archive earlier days`;
  }
  const lateness = allowedLatenessOf(live, settings);
  if (live.start < until && reachesBackTo(live, lateness) < until) {
    if (live.watermark === live.start) {
      return `no run has got past ${toIsoSeconds(live.start)}`;
    }
    return `late entries may still arrive: runs have reached ${toIsoSeconds(live.watermark)} and rescan ${lateness} s`;
  }
  const backfill = writers.find(({ writer, checkpoint }) => {
    const span = spanOfWriter(writer);
    return (
      span !== undefined &&
      checkpoint !== undefined &&
      !checkpoint.cancelled &&
      overlaps(span, { from, until }) &&
      checkpoint.watermark < Math.min(span.until, until)
    );
  });
  return backfill && `the backfill ${backfill.writer} has not finished this day`;
}

/** The live runs may use another setting than this one was given: they say so in their counts. */
function allowedLatenessOf({ tally }: Checkpoint, settings: SettleSettings): number {
  return Math.max(settings.allowedLatenessSeconds, tally?.allowedLatenessSeconds ?? 0);
}

/** Whether a day, `YYYY-MM-DD`, ends before the source's archive begins: waiting does not help. */
export function isBeforeArchive(day: string, writers: readonly WriterStatus[]): boolean {
  const start = earliestStart(writers);
  return Number.isFinite(start) && rangeOfDay(day).until <= start;
}

/** Epoch seconds at which the source's archive begins, backfills included. */
export function earliestStart(writers: readonly WriterStatus[]): number {
  return Math.min(
    ...writers
      .filter(({ writer }) => !writer.endsWith(sealWriter("")))
      .map(({ checkpoint }) => {
        const { start = Number.POSITIVE_INFINITY, watermark, cancelled } = checkpoint ?? {};
        return cancelled && watermark === start ? Number.POSITIVE_INFINITY : start;
      }),
  );
}
