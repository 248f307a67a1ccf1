import type { WriterCounts } from "../ports.ts";

/**
 * How late entries appeared: how many by the power of two, in seconds, that
 * they stayed below. `{"64": 3, "1024": 1}`: three by 32 to 63 seconds, one by
 * 512 to 1023.
 */
export type LatenessHistogram = Readonly<Record<string, number>>;

const LATE_PREFIX = "late_below_";

/** What happened months ago says little of now. */
const COUNTED_DAYS_MAX = 30;

/**
 * Count one more entry.
 *
 * @param seconds - from its event to when it was found; it may have appeared
 * sooner, but not when its time was listed before
 */
export function addLateness(lateness: LatenessHistogram, seconds: number): LatenessHistogram {
  const below = String(2 ** Math.floor(Math.log2(Math.max(1, seconds)) + 1));
  return { ...lateness, [below]: (lateness[below] ?? 0) + 1 };
}

export function sumLateness(parts: readonly LatenessHistogram[]): LatenessHistogram {
  const sum: Record<string, number> = {};
  for (const [below, entries] of parts.flatMap((part) => Object.entries(part))) {
    sum[below] = (sum[below] ?? 0) + entries;
  }
  return sum;
}

/** Entries, however late. */
export function countLate(lateness: LatenessHistogram): number {
  return Object.values(lateness).reduce((sum, entries) => sum + entries, 0);
}

/** The least power of two, in seconds, that none was as late as; nothing when none was late. */
export function latenessBound(lateness: LatenessHistogram): number | undefined {
  const bounds = Object.keys(lateness).map(Number);
  return bounds.length > 0 ? Math.max(...bounds) : undefined;
}

/** The lateness that a writer has counted. */
export function latenessIn(counts: WriterCounts): LatenessHistogram {
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([name]) => name.startsWith(LATE_PREFIX))
      .map(([name, entries]) => [name.slice(LATE_PREFIX.length), entries]),
  );
}

/** A writer's counts with these entries, too. */
export function addLate(counts: WriterCounts, lateness: LatenessHistogram): WriterCounts {
  const sum: WriterCounts = { ...counts };
  for (const [below, entries] of Object.entries(lateness)) {
    const name = `${LATE_PREFIX}${Number(below)}` as const;
    sum[name] = (sum[name] ?? 0) + entries;
  }
  return sum;
}

/**
 * The counts to go on with. They begin anew with other settings, under which
 * other entries are late, and when they are old.
 *
 * @param settings - that decide what is late; kept with the counts
 * @param nowMs - epoch milliseconds
 */
export function currentCounts(
  counts: WriterCounts | undefined,
  settings: Pick<WriterCounts, "settleDelaySeconds" | "allowedLatenessSeconds">,
  nowMs: number,
): WriterCounts {
  const { startedAtMs } = counts ?? {};
  const isCurrent =
    startedAtMs !== undefined &&
    nowMs - startedAtMs < COUNTED_DAYS_MAX * 86_400_000 &&
    Object.entries(settings).every(
      ([name, value]) => counts?.[name as keyof typeof settings] === value,
    );
  return isCurrent ? { ...counts } : { ...settings, startedAtMs: nowMs };
}
