/**
 * How late entries appeared: how many by the power of two, in seconds, that
 * they stayed below. `{"64": 3, "1024": 1}`: three by 32 to 63 seconds, one by
 * 512 to 1023.
 */
export type Lateness = Readonly<Record<string, number>>;

/** What a lane has counted, by name; see `Checkpoint.tally`. */
type Tally = Readonly<Record<string, number>>;

const TALLY_PREFIX = "late_below_";

/** What happened months ago says little of now. */
const TALLY_DAYS_MAX = 30;

/**
 * Count one more entry.
 *
 * @param seconds - from its event to when it was found; it may have appeared
 * sooner, but not when its time was listed before
 */
export function addLateness(lateness: Lateness, seconds: number): Lateness {
  const below = String(2 ** Math.floor(Math.log2(Math.max(1, seconds)) + 1));
  return { ...lateness, [below]: (lateness[below] ?? 0) + 1 };
}

export function sumLateness(parts: readonly Lateness[]): Lateness {
  const sum: Record<string, number> = {};
  for (const [below, entries] of parts.flatMap((part) => Object.entries(part))) {
    sum[below] = (sum[below] ?? 0) + entries;
  }
  return sum;
}

/** Entries, however late. */
export function countLate(lateness: Lateness): number {
  return Object.values(lateness).reduce((sum, entries) => sum + entries, 0);
}

/** The least power of two, in seconds, that none was as late as; nothing when none was late. */
export function latenessBound(lateness: Lateness): number | undefined {
  const bounds = Object.keys(lateness).map(Number);
  return bounds.length > 0 ? Math.max(...bounds) : undefined;
}

/** The lateness that a lane has counted. */
export function latenessIn(tally: Tally): Lateness {
  return Object.fromEntries(
    Object.entries(tally)
      .filter(([name]) => name.startsWith(TALLY_PREFIX))
      .map(([name, entries]) => [name.slice(TALLY_PREFIX.length), entries]),
  );
}

/** A lane's count with these entries, too. */
export function addToTally(tally: Tally, lateness: Lateness): Record<string, number> {
  const sum: Record<string, number> = { ...tally };
  for (const [below, entries] of Object.entries(lateness)) {
    const name = `${TALLY_PREFIX}${below}`;
    sum[name] = (sum[name] ?? 0) + entries;
  }
  return sum;
}

/**
 * The count to go on with. It begins anew with other settings, under which
 * other entries are late, and when it is old.
 *
 * @param settings - that decide what is late; kept with the count
 * @param nowMs - epoch milliseconds
 */
export function currentTally(
  tally: Tally | undefined,
  settings: Readonly<Record<string, number>>,
  nowMs: number,
): Record<string, number> {
  const { startedAtMs } = tally ?? {};
  const isCurrent =
    startedAtMs !== undefined &&
    nowMs - startedAtMs < TALLY_DAYS_MAX * 86_400_000 &&
    Object.entries(settings).every(([name, value]) => tally?.[name] === value);
  return isCurrent ? { ...tally } : { ...settings, startedAtMs: nowMs };
}
