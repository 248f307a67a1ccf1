import { expect, it } from "vitest";
import { completeRanges } from "../../lib/backfill/complete-ranges.ts";

const writer = (name: string, start: number, watermark: number) => ({
  writer: name,
  checkpoint: { start, watermark, entriesPerSecond: 0 },
  lease: undefined,
  updatedAt: 0,
});

it.each([
  ["nothing", [], []],
  ["a source that has begun", [writer("acme", 500, 500)], []],
  ["live runs", [writer("acme", 500, 900)], [[500, 900]]],
  [
    "a backfill that ends where they begin",
    [writer("acme", 500, 900), writer("acme#100-500", 100, 500)],
    [[100, 900]],
  ],
  [
    "one that is not done",
    [writer("acme", 500, 900), writer("acme#100-500", 100, 300)],
    [
      [100, 300],
      [500, 900],
    ],
  ],
  [
    "one that listed past its end",
    [writer("acme", 500, 900), writer("acme#100-400", 100, 450)],
    [
      [100, 400],
      [500, 900],
    ],
  ],
  ["a seal and an import", [writer("acme#close", 0, 900), writer("acme#import", 0, 900)], []],
])("covers %s", (_what, writers, ranges) => {
  expect(completeRanges("acme", writers)).toEqual(ranges.map(([from, until]) => ({ from, until })));
});
