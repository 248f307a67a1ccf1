import { liveWriter, sealWriter } from "../archive/writer.ts";
import type { WriterStatus } from "../ports.ts";
import { countLate, type LatenessHistogram, latenessBound, latenessIn } from "../run/lateness.ts";

/** How late a source's entries appear, and what that means for its settings. */
export interface LatenessReport {
  /** Of the live runs, with the settings they have now. */
  live: {
    /** Epoch milliseconds. */
    sinceMs: number;
    settleDelaySeconds: number;
    allowedLatenessSeconds: number;
    entries: number;
    /** Those among them that appeared after the settle delay. */
    late: number;
    /** How late those were at most. */
    lateness: LatenessHistogram;
  };
  /** Of the days that were closed meanwhile: late are those that the live runs did not find. */
  closed: { days: number; entries: number; late: number };
  /** What the settings should be; as they are where nothing speaks for more. */
  recommended: { settleDelaySeconds: number; allowedLatenessSeconds: number };
}

/** So few say nothing yet. */
const LATE_MIN = 10;

/** More than this share after the settle delay makes small objects, and events out of order. */
const LATE_SHARE_MAX = 0.01;

/** More than this share after the allowed lateness is known only when the day is closed. */
const MISSED_SHARE_MAX = 0.0001;

/**
 * What the writers of a source have counted. A setting that is too short should
 * be twice as long, since of an entry that it missed only that is known: it
 * came later. No longer, though, than all those that were found took at most.
 *
 * @returns nothing when no live run has counted yet, or none looks for late entries
 */
export function latenessReport(
  source: string,
  writers: readonly WriterStatus[],
): LatenessReport | undefined {
  const tallyOf = (name: string) =>
    writers.find(({ writer }) => writer === name)?.checkpoint?.tally;
  const { settleDelaySeconds, allowedLatenessSeconds, startedAtMs, ...counted } =
    tallyOf(liveWriter(source)) ?? {};
  if (
    settleDelaySeconds === undefined ||
    allowedLatenessSeconds === undefined ||
    startedAtMs === undefined
  ) {
    return undefined;
  }
  const lateness = latenessIn(counted);
  const live = { entries: counted.entries ?? 0, late: countLate(lateness) };
  const sealCounts = tallyOf(sealWriter(source)) ?? {};
  const isOfThese = sealCounts.allowedLatenessSeconds === allowedLatenessSeconds;
  const { days = 0, entries = 0, ...closeCounted } = isOfThese ? sealCounts : {};
  const missed = latenessIn(closeCounted);
  const closed = { entries, late: countLate(missed) };
  return {
    live: {
      sinceMs: startedAtMs,
      settleDelaySeconds,
      allowedLatenessSeconds,
      ...live,
      lateness,
    },
    closed: { days, ...closed },
    recommended: {
      settleDelaySeconds: isTooMany(live, LATE_SHARE_MAX)
        ? raise(settleDelaySeconds, lateness)
        : settleDelaySeconds,
      allowedLatenessSeconds: isTooMany(closed, MISSED_SHARE_MAX)
        ? raise(allowedLatenessSeconds, missed)
        : allowedLatenessSeconds,
    },
  };
}

function isTooMany({ entries, late }: { entries: number; late: number }, share: number): boolean {
  return late >= LATE_MIN && late > share * entries;
}

function raise(seconds: number, lateness: LatenessHistogram): number {
  const bound = latenessBound(lateness) ?? seconds;
  return Math.max(seconds, Math.min(2 * Math.max(1, seconds), bound));
}
