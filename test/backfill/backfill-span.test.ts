import { describe, expect, it } from "vitest";
import { closeLane, liveLane, type Span, spanLane } from "../../lib/archive/lane.ts";
import { backfillSpan } from "../../lib/backfill/backfill-span.ts";
import { beginBackfill, planBackfill } from "../../lib/backfill/plan.ts";
import { backfillProgress } from "../../lib/backfill/progress.ts";
import type { IngestLimits, IngestPorts } from "../../lib/ingest/ingest.ts";
import { close, DAY } from "../close/close-world.ts";
import { makeEntries, makeEntry, type WireEntry } from "../fakes/entries.ts";
import { countAwaits, killAt, type Moment } from "../ingest/interruption.ts";
import { START, startWorld, type World } from "../ingest/world.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";

const SOURCE = "acme";
const SECONDS_PER_DAY = 86_400;
const FORTY_DAYS_AGO = START - 40 * SECONDS_PER_DAY;

/** Forty days with a few entries each, some of them in one second, before the live runs begin. */
function pastEntries(): WireEntry[] {
  const random = new SeededRandom(1);
  return Array.from({ length: 150 }, () => {
    const dateCreate = FORTY_DAYS_AGO + random.integer(0, 40 * SECONDS_PER_DAY - 1);
    return makeEntries(random.chance(0.1) ? 9 : 1, { from: dateCreate, stepSeconds: 0 });
  }).flat();
}

async function startPlannedWorld(
  entries = pastEntries(),
): Promise<{ world: World; spans: Span[] }> {
  const world = await startWorld([...entries, ...makeEntries(12)]);
  world.settings.pageLimit = 5;
  await world.run();
  const { spans } = await planBackfill(world.ports, { source: SOURCE, from: FORTY_DAYS_AGO });
  await beginBackfill(world.ports, SOURCE, spans, "planner");
  return { world, spans };
}

let runs = 0;

function backfill(
  world: World,
  span: Span,
  limits: Partial<IngestLimits> = {},
  ports: IngestPorts = world.ports,
) {
  runs += 1;
  const settings = { source: SOURCE, span, owner: `backfill-${runs}`, pageLimit: 5 };
  return backfillSpan(ports, settings, { deadlineMs: Number.POSITIVE_INFINITY, ...limits });
}

describe("a backfill", () => {
  it("brings the past in, and leaves the live runs' checkpoint alone", async () => {
    const { world, spans } = await startPlannedWorld();
    await using _ = world;
    const live = await world.checkpoints.read(liveLane(SOURCE));
    for (const span of spans) {
      expect(await backfill(world, span)).toMatchObject({ outcome: "caught_up" });
    }
    await world.expectArchiveToEqualTruth();
    expect(await world.checkpoints.read(liveLane(SOURCE))).toEqual(live);
    expect(
      (await planBackfill(world.ports, { source: SOURCE, from: FORTY_DAYS_AGO })).spans,
    ).toEqual([]);
  });

  it("takes few calls where there are few entries", async () => {
    const { world, spans } = await startPlannedWorld([makeEntry({ dateCreate: FORTY_DAYS_AGO })]);
    await using _ = world;
    const before = world.slack.stats.calls;
    for (const span of spans) await backfill(world, span);
    expect(world.slack.stats.calls - before).toBeLessThan(60);
    await world.expectArchiveToEqualTruth();
  });

  it.each<Moment>(["before", "after"])(
    "killed %s any await loses and repeats nothing",
    async (moment) => {
      const { world: first, spans } = await startPlannedWorld();
      const [span] = spans;
      if (span === undefined) throw new Error("nothing to do");
      const awaits = await countAwaits(first.ports, (ports) => backfill(first, span, {}, ports));
      await first[Symbol.asyncDispose]();
      expect(awaits).toBeGreaterThan(100);
      for (let at = 1; at <= awaits; at += 23) {
        const { world } = await startPlannedWorld();
        await using _ = world;
        await backfill(world, span, {}, killAt(at, moment, world.ports));
        world.clock.advance(3_600_000);
        for (const span of spans) await backfill(world, span);
        await world.expectArchiveToEqualTruth();
      }
    },
  );

  it("counts what it listed, however often it was killed", async () => {
    const { world, spans } = await startPlannedWorld();
    await using _ = world;
    const random = new SeededRandom(7);
    for (const span of spans) {
      for (let kills = 0; kills < 10; kills++) {
        await backfill(world, span, {}, killAt(random.integer(5, 60), "after", world.ports));
        world.clock.advance(3_600_000);
      }
      await backfill(world, span);
    }
    await world.expectArchiveToEqualTruth();
    const progress = backfillProgress(await world.checkpoints.lanes(SOURCE), world.clock.nowMs());
    expect(progress).toMatchObject({
      spansDone: spans.length,
      entries: (await world.archived()).size - 12,
      minutesLeft: 0,
      running: 0,
    });
  });

  it("does the same span once when two begin it", async () => {
    const { world, spans } = await startPlannedWorld();
    await using _ = world;
    const outcomes = await Promise.all(
      spans.flatMap((span) => [backfill(world, span), backfill(world, span)]),
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      ...spans.map(() => "caught_up"),
      ...spans.map(() => "lease_held"),
    ]);
    await world.expectArchiveToEqualTruth();
  });

  it("waits while Slack has the live runs wait", async () => {
    const { world, spans } = await startPlannedWorld();
    await using _ = world;
    const notBefore = world.clock.nowMs() + 120_000;
    const live = world.checkpoints.items.get(SOURCE);
    if (live?.checkpoint) live.checkpoint = { ...live.checkpoint, notBefore };
    const calls = world.slack.stats.calls;
    for (const span of spans.slice(0, 1)) {
      expect(await backfill(world, span)).toMatchObject({ outcome: "throttled", notBefore });
      expect(world.slack.stats.calls).toBe(calls);
      world.clock.advance(120_000);
      expect(await backfill(world, span)).toMatchObject({ outcome: "caught_up" });
    }
  });

  it("keeps away while a day of the span is being closed", async () => {
    const { world, spans } = await startPlannedWorld();
    await using _ = world;
    const [span = { from: 0, until: 0 }] = spans;
    const nowMs = world.clock.nowMs();
    const lease = { owner: "close", expiresAt: nowMs + 60_000 };
    const checkpoint = { start: span.from - 3600, watermark: 0, entriesPerSecond: 0 };
    world.checkpoints.items.set(closeLane(SOURCE), { checkpoint, lease, updatedAt: nowMs });
    expect(await backfill(world, span)).toMatchObject({ outcome: "lease_held", pages: 0 });
    world.clock.advance(60_000);
    expect(await backfill(world, span)).toMatchObject({ outcome: "caught_up" });
  });

  it("keeps a day from being closed until it has come past it", async () => {
    const { world, spans } = await startPlannedWorld();
    await using _ = world;
    world.clock.advance(2 * SECONDS_PER_DAY * 1000);
    for (let late = 0; late < 3; late++) {
      world.clock.advance(3_600_000);
      await world.run();
    }
    const last = spans.at(-1) ?? { from: 0, until: 0 };
    expect((await close(world)).reason).toBe(
      `the backfill ${spanLane(SOURCE, last)} has not come past it`,
    );
    for (const span of spans) await backfill(world, span);
    expect(await close(world)).toMatchObject({ outcome: "sealed", day: DAY });
  });

  it("fails with the error when a store does, and goes on afterwards", async () => {
    const { world, spans } = await startPlannedWorld();
    await using _ = world;
    const { lanes } = world.checkpoints;
    world.checkpoints.lanes = () => Promise.reject(new Error("table is gone"));
    const [span = { from: 0, until: 0 }] = spans;
    expect(await backfill(world, span)).toMatchObject({
      outcome: "failed",
      error: { message: "table is gone" },
    });
    world.checkpoints.lanes = lanes;
    expect(await backfill(world, span)).toMatchObject({ outcome: "caught_up" });
  });
});
