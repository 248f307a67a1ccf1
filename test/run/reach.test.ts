import { describe, expect, it } from "vitest";
import { reachesBackTo } from "../../lib/run/reach.ts";

const LIVE = { start: 1_000, watermark: 50_000, entriesPerSecond: 0, lateScannedAt: 40_000 };
const pageCursor = { oldest: 20_000, latest: 21_000, cursor: "c" };

describe("how far back a live run may write", () => {
  it.each([
    ["the allowed lateness before its last late scan", LIVE, 900, 39_100],
    ["the allowed lateness before its watermark", { ...LIVE, lateScannedAt: 60_000 }, 900, 49_100],
    [
      "its start, when it never looked for late entries",
      { ...LIVE, lateScannedAt: undefined },
      900,
      1_000,
    ],
    [
      "where a late scan that was cut off has come to",
      { ...LIVE, lateScanPosition: 30_000 },
      900,
      30_000,
    ],
    ["the window that is half read", { ...LIVE, pageCursor }, 900, 20_000],
    ["its watermark, when it looks for no late entries", LIVE, 0, 50_000],
    ["the window that is half read, all the same", { ...LIVE, pageCursor }, 0, 20_000],
    ["its start, and never before", LIVE, 1_000_000, 1_000],
  ])("is %s", (_, live, allowedLatenessSeconds, seconds) => {
    expect(reachesBackTo(live, allowedLatenessSeconds)).toBe(seconds);
  });
});
