import { describe, expect, it } from "vitest";
import { Interruption, killAt, type Moment } from "../ingest/interruption.ts";
import {
  awaitsOfSeal,
  close,
  DAY,
  expectSealed,
  NEXT_DAY,
  settle,
  startLateTestBed,
} from "./test-bed.ts";

const MOMENTS: Moment[] = ["before", "after"];

describe("a close that is interrupted", () => {
  it.each(MOMENTS)("%s any await, and repeated, seals the day once", async (moment) => {
    const awaits = await awaitsOfSeal();
    expect(awaits).toBeGreaterThan(100);
    for (let at = 1; at <= awaits; at += 8) {
      await using bed = await startLateTestBed();
      await close(bed, {}, {}, killAt(at, moment, bed.ports));
      bed.clock.advance(3_600_000);
      expect(["sealed", "already_sealed"]).toContain((await close(bed)).outcome);
      await settle(bed);
      expect(await close(bed, { day: NEXT_DAY })).toMatchObject({ outcome: "sealed" });
      await expectSealed(bed, [DAY, NEXT_DAY]);
    }
  });

  it.each(MOMENTS)("%s any await by a second close seals the day once", async (moment) => {
    const awaits = await awaitsOfSeal();
    for (let at = 2; at <= awaits; at += 17) {
      await using bed = await startLateTestBed();
      const outcomes: string[] = [];
      const join = new Interruption(at, moment, async () => {
        outcomes.push((await close(bed)).outcome);
      });
      await close(bed, {}, {}, join.wrap(bed.ports));
      for (const outcome of outcomes) {
        expect(["lease_held", "already_sealed", "sealed"]).toContain(outcome);
      }
      expect(["sealed", "already_sealed"]).toContain((await close(bed)).outcome);
      await expectSealed(bed);
    }
  });

  it.each(MOMENTS)(
    "%s any await by standing still until another has sealed the day writes nothing more",
    async (moment) => {
      const awaits = await awaitsOfSeal();
      for (let at = 2; at <= awaits; at += 17) {
        await using bed = await startLateTestBed();
        const freeze = new Interruption(at, moment, async () => {
          bed.clock.advance(3_600_000);
          await close(bed);
          if (moment === "before")
            throw new Error("the call timed out while the process stood still");
        });
        await close(bed, {}, {}, freeze.wrap(bed.ports));
        await settle(bed);
        await close(bed, { day: NEXT_DAY });
        await expectSealed(bed, [DAY, NEXT_DAY]);
      }
    },
  );
});
