import type { TimeRange } from "../time.ts";

/**
 * A lane is a stretch of a source's time that has one writer, and a checkpoint
 * of its own. No two lanes write to the same seconds:
 *
 * - `grid`: the live runs, from where the archive began to now
 * - `grid#1519862400-1522540800`: a backfill of that span
 * - `grid#close`: the close of day, where the two above have finished
 */

const SEPARATOR = "#";

/** The lane of the live runs. */
export function liveLane(source: string): string {
  return source;
}

export function spanLane(source: string, { from, until }: TimeRange): string {
  return `${source}${SEPARATOR}${from}-${until}`;
}

export function sealLane(source: string): string {
  return `${source}${SEPARATOR}close`;
}

export function importLane(source: string): string {
  return `${source}${SEPARATOR}import`;
}

/** Where a store with one item a key keeps a source's claims; no lane. */
export function claimsKey(source: string): string {
  return `${source}${SEPARATOR}claims`;
}

/** Every lane of a source but the live one begins with this. */
export function lanePrefix(source: string): string {
  return `${source}${SEPARATOR}`;
}

export function sourceOfLane(lane: string): string {
  return lane.split(SEPARATOR, 1)[0] ?? lane;
}

/** @returns nothing when the lane is not a backfill's */
export function spanOfLane(lane: string): TimeRange | undefined {
  const [, from, until] = /#(\d+)-(\d+)$/.exec(lane) ?? [];
  return from === undefined || until === undefined
    ? undefined
    : { from: Number(from), until: Number(until) };
}
