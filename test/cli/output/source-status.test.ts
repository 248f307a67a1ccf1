import { expect, it } from "vitest";
import { describeSourceProgress, toSourceProgress } from "../../../cli/output/source-status.ts";

const NOW = 1_772_442_000;

function describeRun(start: number, watermark: number): string[] {
  const checkpoint = { start, watermark, entriesPerSecond: 0 };
  const progress = toSourceProgress(
    "acme",
    [{ writer: "acme", checkpoint, lease: undefined, updatedAt: 0 }],
    [],
    NOW,
  );
  return describeSourceProgress(progress, "no run yet").map(([name, value]) => `${name}: ${value}`);
}

it("does not call complete what no run has read", () => {
  expect(describeRun(NOW - 60, NOW - 60).slice(0, 3)).toEqual([
    "complete from: nothing yet; the first run begins at 2026-03-02 08:59:00Z",
    "complete to: -",
    "lag: -",
  ]);
  expect(describeRun(NOW - 60, NOW - 30).slice(0, 3)).toEqual([
    "complete from: 2026-03-02 08:59:00Z",
    "complete to: 2026-03-02 08:59:30Z",
    "lag: 30 s",
  ]);
});
