import { beforeEach, describe, expect, it } from "vitest";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { backfillWriter } from "../../lib/archive/writer.ts";
import {
  BackfillPlanError,
  beginBackfill,
  FIRST_SECOND,
  planBackfill,
} from "../../lib/backfill/plan.ts";
import { encodeManifest } from "../../lib/seal/manifest.ts";
import { startOfDay, type TimeRange } from "../../lib/time.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { MemoryCheckpointStore } from "../fakes/memory-checkpoint-store.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { makeManifest } from "../seal/make-manifest.ts";

const SOURCE = "grid";
const LIVE_START = startOfDay("2026-03-02") + 36_000;
const clock = new VirtualClock(LIVE_START * 1000);

let archive: MemoryArchiveStore;
let checkpoints: MemoryCheckpointStore;

beforeEach(() => {
  archive = new MemoryArchiveStore();
  checkpoints = new MemoryCheckpointStore();
  setWriter(SOURCE, LIVE_START);
});

function setWriter(writer: string, start: number, watermark = start): void {
  const checkpoint = { start, watermark, entriesPerSecond: 0 };
  checkpoints.items.set(writer, { checkpoint, lease: undefined, updatedAt: 0 });
}

const span = (from: string, until: string | number): TimeRange => ({
  from: startOfDay(from),
  until: typeof until === "string" ? startOfDay(until) : until,
});

const plan = (from: string, until?: string) =>
  planBackfill(
    { archive, checkpoints },
    {
      source: SOURCE,
      from: startOfDay(from),
      until: until === undefined ? until : startOfDay(until),
    },
  );

const begin = (spans: TimeRange[]) => beginBackfill({ checkpoints, clock }, SOURCE, spans, "me");

describe("a plan", () => {
  it("goes up to where the live runs began, a month at a time", async () => {
    expect((await plan("2025-12-15")).spans).toEqual([
      span("2025-12-15", "2026-01-01"),
      span("2026-01-01", "2026-02-01"),
      span("2026-02-01", "2026-03-01"),
      span("2026-03-01", LIVE_START),
    ]);
  });

  it("never reaches into the live runs' time", async () => {
    expect((await plan("2026-03-01", "2026-06-01")).spans).toEqual([
      span("2026-03-01", LIVE_START),
    ]);
  });

  it("writes nothing", async () => {
    await plan("2025-12-15");
    expect([...checkpoints.items.keys()]).toEqual([SOURCE]);
  });

  it("gives each span its checkpoint when it begins, and keeps those that are there", async () => {
    const { spans } = await plan("2026-02-01");
    setWriter(backfillWriter(SOURCE, span("2026-02-01", "2026-03-01")), 1, 2);
    await begin(spans);
    expect(await checkpoints.writers(SOURCE)).toMatchObject([
      { writer: SOURCE },
      { checkpoint: { start: 1, watermark: 2 } },
      { checkpoint: { watermark: startOfDay("2026-03-01") }, lease: undefined },
    ]);
  });

  it("is what is left of it when it is made again", async () => {
    await begin((await plan("2026-01-01")).spans);
    const january = span("2026-01-01", "2026-02-01");
    setWriter(backfillWriter(SOURCE, january), january.from, january.until);
    const february = span("2026-02-01", "2026-03-01");
    setWriter(backfillWriter(SOURCE, february), february.from, startOfDay("2026-02-11"));
    expect(await plan("2026-01-01")).toEqual({
      spans: [february, span("2026-03-01", LIVE_START)],
      left: [span("2026-02-11", "2026-03-01"), span("2026-03-01", LIVE_START)],
    });
  });

  it("is empty when all is archived", async () => {
    const { spans } = await plan("2026-02-01");
    for (const { from, until } of spans)
      setWriter(backfillWriter(SOURCE, { from, until }), from, until);
    expect(await plan("2026-02-01")).toEqual({ spans: [], left: [] });
  });

  it("leaves out what earlier plans have, whatever their bounds", async () => {
    await begin((await plan("2026-01-10", "2026-01-20")).spans);
    expect((await plan("2026-01-01", "2026-02-01")).spans).toEqual([
      span("2026-01-01", "2026-01-10"),
      span("2026-01-10", "2026-01-20"),
      span("2026-01-20", "2026-02-01"),
    ]);
    expect((await plan("2026-01-12", "2026-01-15")).spans).toEqual([
      span("2026-01-10", "2026-01-20"),
    ]);
  });

  it("leaves out days that are sealed", async () => {
    const key = manifestKey(SOURCE, "2026-02-10");
    archive.objects.set(key, encodeManifest(makeManifest({ day: "2026-03-02" })));
    expect((await plan("2026-02-01", "2026-03-01")).spans).toEqual([
      span("2026-02-01", "2026-02-10"),
      span("2026-02-11", "2026-03-01"),
    ]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      "while no live run has begun",
      () => {
        checkpoints.items.clear();
        return plan("2026-01-01");
      },
      '"grid" has no completed run; run ingest first',
    ],
    [
      "of what was before Slack had audit logs",
      () => plan("2018-02-28"),
      "Slack has no audit logs before 2018-03-01",
    ],
    [
      "of the live runs' time",
      () => plan("2026-03-03"),
      "nothing to backfill: the live runs began at 2026-03-02T10:00:00Z",
    ],
  ])("is refused %s", async (_, make, problem) => {
    await expect(make()).rejects.toThrow(BackfillPlanError);
    await expect(make()).rejects.toThrow(problem);
  });

  it("can begin with the first audit log there is", async () => {
    const { spans } = await planBackfill(
      { archive, checkpoints },
      { source: SOURCE, from: FIRST_SECOND },
    );
    expect(spans).toHaveLength(97);
    expect(spans[0]).toEqual(span("2018-03-01", "2018-04-01"));
  });
});
