import { hourOf, SECONDS_PER_HOUR, type TimeRange } from "../time.ts";

/** Share of a page that a window should fill: a page too many costs a call, a short page nearly none. */
export const PAGE_FILL = 0.8;

/** Weight of the newest window in the density: a burst is noticed at once, and forgotten in a few windows. */
const DENSITY_WEIGHT = 0.5;

/**
 * An entry in eleven days: no window is that long. Halved again and again, it would be after some
 * hundred windows without an entry less than DynamoDB can store, and no checkpoint could be saved.
 */
const DENSITY_MIN = 1e-6;

/**
 * The next window of a walk upwards in time.
 *
 * A half-read window says nothing about its unread part, because Slack lists
 * newest first; so a window is sized to fit one page, and the watermark moves
 * only when a whole window is stored. None crosses an hour (UTC), so that one
 * listing of an hour's objects is enough to know what is archived; unless
 * `reachSeconds` says how far a window may go instead.
 *
 * @param position - epoch seconds, start of the window, included
 * @param end - epoch seconds, end of the walk, excluded
 * @param entriesPerSecond - expected density; zero when nothing is known
 * @returns nothing when `end <= position`
 */
export function nextWindow(
  position: number,
  end: number,
  entriesPerSecond: number,
  pageLimit: number,
  reachSeconds?: number,
): TimeRange | undefined {
  if (end <= position) {
    return undefined;
  }
  const seconds = Math.max(1, Math.floor((PAGE_FILL * pageLimit) / entriesPerSecond));
  const reach =
    reachSeconds === undefined ? hourOf(position) + SECONDS_PER_HOUR : position + reachSeconds;
  return { from: position, until: Math.min(position + seconds, reach, end) };
}

/**
 * The density after one more observation.
 *
 * @param before - entries a second so far; zero when nothing is known
 * @param entries - seen in `seconds` of event time
 */
export function updateDensity(before: number, entries: number, seconds: number): number {
  const observed = entries / Math.max(1, seconds);
  return before === 0
    ? observed
    : Math.max(DENSITY_MIN, before + DENSITY_WEIGHT * (observed - before));
}
