import { describe, expect, it } from "vitest";
import { makeEntry } from "../../fake-slack/entries.ts";
import { backfillWriter, liveWriter, sealWriter } from "../../lib/archive/writer.ts";
import { planBackfill } from "../../lib/backfill/plan.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { close, DAY } from "../seal/test-bed.ts";
import { backfill, FORTY_DAYS_AGO, SOURCE, startPlannedTestBed } from "./test-bed.ts";

describe("a backfill", () => {
  it("brings the past in, and leaves the live runs' checkpoint alone", async () => {
    const { bed, spans } = await startPlannedTestBed();
    await using _ = bed;
    const live = await bed.checkpoints.read(liveWriter(SOURCE));
    for (const span of spans) {
      expect(await backfill(bed, span)).toMatchObject({ outcome: "caught_up" });
    }
    await bed.expectArchiveToEqualTruth();
    expect(await bed.checkpoints.read(liveWriter(SOURCE))).toEqual(live);
    expect((await planBackfill(bed.ports, { source: SOURCE, from: FORTY_DAYS_AGO })).spans).toEqual(
      [],
    );
  });

  it("takes few calls where there are few entries", async () => {
    const { bed, spans } = await startPlannedTestBed([makeEntry({ dateCreate: FORTY_DAYS_AGO })]);
    await using _ = bed;
    const before = bed.slack.stats.calls;
    for (const span of spans) await backfill(bed, span);
    expect(bed.slack.stats.calls - before).toBeLessThan(60);
    await bed.expectArchiveToEqualTruth();
  });

  it("does the same span once when two begin it", async () => {
    const { bed, spans } = await startPlannedTestBed();
    await using _ = bed;
    const outcomes = await Promise.all(
      spans.flatMap((span) => [backfill(bed, span), backfill(bed, span)]),
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      ...spans.map(() => "caught_up"),
      ...spans.map(() => "lease_held"),
    ]);
    await bed.expectArchiveToEqualTruth();
  });

  it("waits while Slack has the live runs wait", async () => {
    const { bed, spans } = await startPlannedTestBed();
    await using _ = bed;
    const notBefore = bed.clock.nowMs() + 120_000;
    const live = bed.checkpoints.items.get(SOURCE);
    if (live?.checkpoint) live.checkpoint = { ...live.checkpoint, notBefore };
    const calls = bed.slack.stats.calls;
    for (const span of spans.slice(0, 1)) {
      expect(await backfill(bed, span)).toMatchObject({ outcome: "throttled", notBefore });
      expect(bed.slack.stats.calls).toBe(calls);
      bed.clock.advance(120_000);
      expect(await backfill(bed, span)).toMatchObject({ outcome: "caught_up" });
    }
  });

  it("keeps away while a day of the span is being sealed", async () => {
    const { bed, spans } = await startPlannedTestBed();
    await using _ = bed;
    const [span = { from: 0, until: 0 }] = spans;
    const nowMs = bed.clock.nowMs();
    const range = { from: span.from - 3600, until: span.from + 3600 };
    const seal = { writer: sealWriter(SOURCE), owner: "seal", expiresAt: nowMs + 60_000, range };
    await bed.checkpoints.claim(SOURCE, seal, nowMs);
    expect(await backfill(bed, span)).toMatchObject({ outcome: "lease_held", pages: 0 });
    bed.clock.advance(60_000);
    expect(await backfill(bed, span)).toMatchObject({ outcome: "caught_up" });
  });

  it("keeps a day from being closed until it has come past it", async () => {
    const { bed, spans } = await startPlannedTestBed();
    await using _ = bed;
    bed.clock.advance(2 * SECONDS_PER_DAY * 1000);
    for (let late = 0; late < 3; late++) {
      bed.clock.advance(3_600_000);
      await bed.run();
    }
    const last = spans.at(-1) ?? { from: 0, until: 0 };
    expect((await close(bed)).reason).toBe(
      `the backfill ${backfillWriter(SOURCE, last)} has not finished this day`,
    );
    for (const span of spans) await backfill(bed, span);
    expect(await close(bed)).toMatchObject({ outcome: "sealed", day: DAY });
  });

  it("fails with the error when a store does, and goes on afterwards", async () => {
    const { bed, spans } = await startPlannedTestBed();
    await using _ = bed;
    const { writers } = bed.checkpoints;
    bed.checkpoints.writers = () => Promise.reject(new Error("table is gone"));
    const [span = { from: 0, until: 0 }] = spans;
    expect(await backfill(bed, span)).toMatchObject({
      outcome: "failed",
      error: { message: "table is gone" },
    });
    bed.checkpoints.writers = writers;
    expect(await backfill(bed, span)).toMatchObject({ outcome: "caught_up" });
  });
});
