import { describe, expect, it } from "vitest";
import { backfillProgress } from "../../lib/backfill/progress.ts";
import { countAwaits, killAt, type Moment } from "../ingest/interruption.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import { backfill, SOURCE, startPlannedTestBed } from "./test-bed.ts";

describe("a backfill", () => {
  it.each<Moment>(["before", "after"])(
    "I1, I2: killed %s any await loses and repeats nothing",
    async (moment) => {
      const { bed: first, spans } = await startPlannedTestBed();
      const [span] = spans;
      if (span === undefined) throw new Error("nothing to do");
      const awaits = await countAwaits(first.ports, (ports) => backfill(first, span, {}, ports));
      await first[Symbol.asyncDispose]();
      expect(awaits).toBeGreaterThan(100);
      for (let at = 1; at <= awaits; at += 23) {
        const { bed } = await startPlannedTestBed();
        await using _ = bed;
        await backfill(bed, span, {}, killAt(at, moment, bed.ports));
        bed.clock.advance(3_600_000);
        for (const span of spans) await backfill(bed, span);
        await bed.expectArchiveToEqualTruth();
      }
    },
  );

  it("counts what it listed, however often it was killed", async () => {
    const { bed, spans } = await startPlannedTestBed();
    await using _ = bed;
    const random = new SeededRandom(7);
    for (const span of spans) {
      for (let kills = 0; kills < 10; kills++) {
        await backfill(bed, span, {}, killAt(random.integer(5, 60), "after", bed.ports));
        bed.clock.advance(3_600_000);
      }
      await backfill(bed, span);
    }
    await bed.expectArchiveToEqualTruth();
    const progress = backfillProgress(await bed.checkpoints.writers(SOURCE), bed.clock.nowMs());
    expect(progress).toMatchObject({
      spansDone: spans.length,
      entries: (await bed.archived()).size - 12,
      minutesLeft: 0,
      running: 0,
    });
  });
});
