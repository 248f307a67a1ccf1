import { liveWriter } from "../archive/writer.ts";
import type { WriterStatus } from "../ports.ts";
import type { TimeRange } from "../time.ts";
import { spansOf } from "./plan.ts";

/**
 * The time of which everything that Slack showed is archived: that of the live
 * runs, and what backfills have done.
 *
 * @param writers - of one source
 * @returns oldest first, neither empty nor adjacent
 */
export function completeRanges(source: string, writers: readonly WriterStatus[]): TimeRange[] {
  const live = writers.find(({ writer }) => writer === liveWriter(source))?.checkpoint;
  const ranges = [
    ...spansOf(writers).map(({ span, watermark }) => ({
      from: span.from,
      until: Math.min(watermark, span.until),
    })),
    ...(live === undefined ? [] : [{ from: live.start, until: live.watermark }]),
  ];
  const joined: TimeRange[] = [];
  for (const { from, until } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (from >= until) continue;
    if (last !== undefined && from <= last.until) {
      joined[joined.length - 1] = { from: last.from, until: Math.max(last.until, until) };
    } else {
      joined.push({ from, until });
    }
  }
  return joined;
}
