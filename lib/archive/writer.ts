import type { TimeRange } from "../time.ts";

/**
 * The writers of a source, each with a name, a lease and a checkpoint of its
 * own. What one of them has claimed no other writes to (docs/adr/0014-claims.md):
 *
 * - `grid`: the live runs, from where the archive began to now
 * - `grid#1519862400-1522540800`: a backfill of that span
 * - `grid#close`: sealing, a day at a time
 * - `grid#import`: entries from files
 */

const SEPARATOR = "#";

/** The live runs. */
export function liveWriter(source: string): string {
  return source;
}

export function backfillWriter(source: string, { from, until }: TimeRange): string {
  return `${source}${SEPARATOR}${from}-${until}`;
}

export function sealWriter(source: string): string {
  return `${source}${SEPARATOR}close`;
}

export function importWriter(source: string): string {
  return `${source}${SEPARATOR}import`;
}

/** Where a store with one item a key keeps a source's claims; no writer. */
export function claimsKey(source: string): string {
  return `${source}${SEPARATOR}claims`;
}

/** Every writer of a source but the live one begins with this. */
export function writerPrefix(source: string): string {
  return `${source}${SEPARATOR}`;
}

export function sourceOfWriter(writer: string): string {
  return writer.split(SEPARATOR, 1)[0] ?? writer;
}

/** @returns nothing when the writer is no backfill */
export function spanOfWriter(writer: string): TimeRange | undefined {
  const [, from, until] = /#(\d+)-(\d+)$/.exec(writer) ?? [];
  return from === undefined || until === undefined
    ? undefined
    : { from: Number(from), until: Number(until) };
}
