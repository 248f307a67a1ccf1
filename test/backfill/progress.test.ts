import { describe, expect, it } from "vitest";
import { backfillProgress } from "../../lib/backfill/progress.ts";
import type { Checkpoint, WriterStatus } from "../../lib/ports.ts";

const NOW_MS = 10_000_000;

function writer(
  from: number,
  until: number,
  checkpoint: Partial<Checkpoint>,
  updatedAt = NOW_MS,
): WriterStatus {
  return {
    writer: `grid#${from}-${until}`,
    checkpoint: { start: from, watermark: from, entriesPerSecond: 0, ...checkpoint },
    lease: undefined,
    updatedAt,
  };
}

describe("the progress of a backfill", () => {
  it("is none where there never was one", () => {
    const live = { ...writer(0, 1, {}), writer: "grid" };
    expect(backfillProgress([live], NOW_MS)).toBe(undefined);
  });

  it("adds up all spans, begun or not", () => {
    const startedAtMs = NOW_MS - 10 * 60_000;
    const writers = [
      writer(0, 1000, { watermark: 1000, tally: { entries: 300, pages: 60, startedAtMs } }),
      writer(1000, 2000, { watermark: 1500, tally: { entries: 100, pages: 30, startedAtMs } }),
      { ...writer(2000, 3000, {}, 0), lease: { owner: "x", expiresAt: NOW_MS + 1 } },
    ];
    expect(backfillProgress(writers, NOW_MS)).toEqual({
      spans: 3,
      spansDone: 1,
      from: 0,
      until: 3000,
      secondsTotal: 3000,
      secondsDone: 1500,
      entries: 400,
      calls: 90,
      entriesPerMinute: 40,
      running: 1,
      minutesLeft: 3,
    });
  });

  it("does not know what is left before anything is done", () => {
    expect(backfillProgress([writer(0, 1000, {})], NOW_MS)).toMatchObject({
      entriesPerMinute: null,
      minutesLeft: null,
      secondsDone: 0,
    });
  });
});
