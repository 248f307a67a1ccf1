import { describe, expect, it } from "vitest";
import { backfillWriter } from "../../lib/archive/writer.ts";
import { startOfDay } from "../../lib/time.ts";
import { START, startTestBed, type TestBed } from "../ingest/test-bed.ts";
import { close, DAY, NEXT_DAY, SOURCE, startSettledTestBed } from "./test-bed.ts";

describe("a day that is not settled", () => {
  it.each<[string, (bed: TestBed) => void, string]>([
    [
      "has just ended",
      (bed) => bed.clock.advance(startOfDay(NEXT_DAY) * 1000 - bed.clock.nowMs() + 60_000),
      "it ends at 2026-03-03T00:00:00Z and is sealed 7200 s later at the earliest",
    ],
    [
      "is one that no run has come past",
      (bed) => bed.clock.advance(2 * 86_400_000),
      "late entries may still arrive: runs have reached 2026-03-02T09:59:00Z and rescan 900 s",
    ],
  ])("%s", async (_, wait, reason) => {
    await using bed = await startTestBed();
    await bed.run();
    wait(bed);
    expect(await close(bed)).toMatchObject({ outcome: "not_settled", reason, pages: 0 });
  });

  it("is one before the archive begins", async () => {
    await using bed = await startSettledTestBed();
    expect((await close(bed, { day: "2026-03-01" })).reason).toBe(
      'the archive of "acme" begins at 2026-03-02T09:00:00Z; run backfill to archive earlier days',
    );
  });

  it("is one of a source that never ran", async () => {
    await using bed = await startSettledTestBed();
    expect((await close(bed, { source: "other" })).reason).toBe(
      '"other" has no completed run; run ingest first',
    );
  });

  it("is one that a backfill has not come past", async () => {
    await using bed = await startSettledTestBed();
    const from = startOfDay("2026-03-01");
    const writer = backfillWriter(SOURCE, { from, until: START });
    const checkpoint = { start: from, watermark: from + 3600, entriesPerSecond: 0 };
    const item = { checkpoint, lease: undefined, updatedAt: 0 };
    bed.checkpoints.items.set(writer, item);
    const reason = `the backfill ${writer} has not finished this day`;
    expect(await close(bed)).toMatchObject({ outcome: "not_settled", reason });
    expect(await close(bed, { day: "2026-03-01" })).toMatchObject({ reason });
    item.checkpoint = { ...checkpoint, watermark: startOfDay(DAY) };
    expect(await close(bed, { day: "2026-03-01" })).toMatchObject({ outcome: "sealed" });
    expect(await close(bed)).toMatchObject({ reason });
    item.checkpoint = { ...checkpoint, watermark: START };
    expect(await close(bed)).toMatchObject({ outcome: "sealed" });
  });
});
