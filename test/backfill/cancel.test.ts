import { beforeEach, describe, expect, it } from "vitest";
import { backfillWriter } from "../../lib/archive/writer.ts";
import { backfillSpan } from "../../lib/backfill/backfill-span.ts";
import { cancelBackfill } from "../../lib/backfill/cancel.ts";
import { BackfillPlanError, beginBackfill, planBackfill } from "../../lib/backfill/plan.ts";
import { backfillProgress } from "../../lib/backfill/progress.ts";
import { earliestStart, whyNotSettled } from "../../lib/seal/settled.ts";
import { startOfDay, type TimeRange } from "../../lib/time.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { MemoryCheckpointStore } from "../fakes/memory-checkpoint-store.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { refusal, ScriptedListing } from "../run/scripted-listing.ts";

const SOURCE = "grid";
const LIVE_START = startOfDay("2026-03-02");
const range = (from: string, until: string): TimeRange => ({
  from: startOfDay(from),
  until: startOfDay(until),
});
const JANUARY = range("2026-01-01", "2026-02-01");
const FEBRUARY = range("2026-02-01", "2026-03-01");
const SETTLE = { source: SOURCE, sealDelaySeconds: 0, allowedLatenessSeconds: 0 };

let checkpoints: MemoryCheckpointStore;
let clock: VirtualClock;
let archive: MemoryArchiveStore;

beforeEach(async () => {
  checkpoints = new MemoryCheckpointStore();
  archive = new MemoryArchiveStore();
  clock = new VirtualClock((LIVE_START + 86_400) * 1000);
  setWriter(SOURCE, LIVE_START, LIVE_START + 86_000);
  await beginBackfill({ checkpoints, clock }, SOURCE, [JANUARY, FEBRUARY], "planner");
});

function setWriter(writer: string, start: number, watermark: number): void {
  const checkpoint = { start, watermark, entriesPerSecond: 0 };
  checkpoints.items.set(writer, { checkpoint, lease: undefined, updatedAt: 0 });
}

const cancel = (asked: TimeRange) =>
  cancelBackfill({ checkpoints, clock }, SOURCE, asked, "canceller");
const plan = async (from = "2026-01-01") =>
  (await planBackfill({ archive, checkpoints }, { source: SOURCE, from: startOfDay(from) })).spans;
const whyNot = async (day: string) =>
  whyNotSettled(day, await checkpoints.writers(SOURCE), SETTLE, LIVE_START + 86_400);

describe("a cancelled backfill", () => {
  it("ends where it has come to; what is above can be planned again", async () => {
    setWriter(backfillWriter(SOURCE, JANUARY), JANUARY.from, startOfDay("2026-01-10"));
    const rest = range("2026-01-10", "2026-02-01");

    expect(await cancel(JANUARY)).toEqual([rest]);

    const writers = await checkpoints.writers(SOURCE);
    expect(backfillProgress(writers, clock.nowMs())).toMatchObject({
      spans: 2,
      spansDone: 1,
      secondsTotal: startOfDay("2026-01-10") - JANUARY.from + FEBRUARY.until - FEBRUARY.from,
    });
    expect(await plan()).toEqual([rest, FEBRUARY, { from: FEBRUARY.until, until: LIVE_START }]);
    await beginBackfill({ checkpoints, clock }, SOURCE, [rest], "planner");
    expect((await checkpoints.read(backfillWriter(SOURCE, rest)))?.checkpoint).toMatchObject({
      watermark: rest.from,
    });
  });

  it("was never there when it has archived nothing, and can be planned again as it was", async () => {
    await cancel(JANUARY);
    const writers = await checkpoints.writers(SOURCE);
    expect(earliestStart(writers)).toBe(FEBRUARY.from);
    expect(backfillProgress(writers, clock.nowMs())).toMatchObject({ spans: 1 });
    expect(await whyNot("2026-01-20")).toMatch(/begins at 2026-02-01T00:00:00Z/);

    expect((await plan())[0]).toEqual(JANUARY);
    await beginBackfill({ checkpoints, clock }, SOURCE, [JANUARY], "planner");
    const [, january] = await checkpoints.writers(SOURCE);
    expect(january?.checkpoint).toEqual({
      start: JANUARY.from,
      watermark: JANUARY.from,
      entriesPerSecond: 0,
    });
  });

  it("holds up no seal", async () => {
    setWriter(backfillWriter(SOURCE, JANUARY), JANUARY.from, startOfDay("2026-01-10"));
    expect(await whyNot("2026-01-20")).toMatch(/has not finished this day/);
    await cancel(range("2026-01-15", "2026-01-16"));
    expect(await whyNot("2026-01-20")).toBeUndefined();
    expect(await whyNot("2026-01-05")).toBeUndefined();
    expect(await whyNot("2026-02-05")).toMatch(/has not finished this day/);
  });

  it("is not gone on with by whoever has it in a plan", async () => {
    await cancel(JANUARY);
    const slack = new ScriptedListing({
      times: [],
      fail: () => {
        throw refusal("internal_error", 500);
      },
    });
    const ports = { slack, archive, checkpoints, clock };
    const settings = { source: SOURCE, span: JANUARY, owner: "late", pageLimit: 10 };

    const summary = await backfillSpan(ports, settings, { deadlineMs: Number.POSITIVE_INFINITY });

    expect(summary).toMatchObject({ outcome: "caught_up", pages: 0 });
    expect(slack.calls).toBe(0);
  });

  it("leaves the spans of other time, and those that are done, as they are", async () => {
    setWriter(backfillWriter(SOURCE, JANUARY), JANUARY.from, JANUARY.until);
    expect(await cancel(range("2025-01-01", "2026-02-01"))).toEqual([]);
    expect(await cancel(FEBRUARY)).toEqual([FEBRUARY]);
    expect(await cancel(FEBRUARY)).toEqual([]);
  });

  it("is refused while it is at work", async () => {
    const lease = { owner: "worker", expiresAt: clock.nowMs() + 1_000 };
    await checkpoints.acquire(backfillWriter(SOURCE, JANUARY), lease, clock.nowMs());

    await expect(cancel(JANUARY)).rejects.toThrow(BackfillPlanError);
    await expect(cancel(JANUARY)).rejects.toThrow(
      "the backfill from 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z is at work: stop it",
    );
    expect(
      (await checkpoints.read(backfillWriter(SOURCE, JANUARY)))?.checkpoint,
    ).not.toHaveProperty("cancelled");
  });
});
