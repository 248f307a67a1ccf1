import { beforeEach, describe, expect, it } from "vitest";
import { manifestKey, noteAddendum } from "../../lib/archive/sealed-day.ts";
import { backfillWriter, sealWriter } from "../../lib/archive/writer.ts";
import { daysToSeal, whyNoneIsSealed } from "../../lib/seal/days-to-seal.ts";
import { startOfDay } from "../../lib/time.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { MemoryCheckpointStore } from "../fakes/memory-checkpoint-store.ts";
import { UNGUARDED } from "../fakes/open-archive.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const SOURCE = "acme";
const NOON = startOfDay("2026-03-05") + 43_200;
const SETTINGS = { source: SOURCE, sealDelaySeconds: 3_600, allowedLatenessSeconds: 900 };

let archive: MemoryArchiveStore;
let checkpoints: MemoryCheckpointStore;

beforeEach(() => {
  archive = new MemoryArchiveStore();
  checkpoints = new MemoryCheckpointStore();
  setWriter(SOURCE, startOfDay("2026-03-02") + 7, NOON - 60);
});

function setWriter(writer: string, start: number, watermark: number): void {
  const checkpoint = { start, watermark, entriesPerSecond: 0, lateScannedAt: watermark };
  checkpoints.items.set(writer, { checkpoint, lease: undefined, updatedAt: 0 });
}

const days = (limit = 100, now = NOON) =>
  daysToSeal({ archive, checkpoints, clock: new VirtualClock(now * 1000) }, SETTINGS, limit);
const whyNone = () =>
  whyNoneIsSealed({ archive, checkpoints, clock: new VirtualClock(NOON * 1000) }, SETTINGS);
const seal = (day: string, revision = 1) =>
  archive.put(manifestKey(SOURCE, day, revision), Buffer.from(""));

describe("the days that can be sealed", () => {
  it("are those from the first of the archive to the last that is settled, oldest first", async () => {
    expect(await days()).toEqual(["2026-03-02", "2026-03-03", "2026-03-04"]);
    expect(await days(2)).toEqual(["2026-03-02", "2026-03-03"]);
  });

  it("are none while the delay of the last has not passed, or the runs are not that far", async () => {
    expect(await days(100, startOfDay("2026-03-05") + 3_599)).not.toContain("2026-03-04");
    setWriter(SOURCE, startOfDay("2026-03-02"), startOfDay("2026-03-04"));
    expect(await days()).toEqual(["2026-03-02"]);
  });

  it("leave out those that are sealed, unless there is an addendum", async () => {
    await seal("2026-03-02");
    await seal("2026-03-03");
    expect(await days()).toEqual(["2026-03-04"]);
    await noteAddendum(archive, UNGUARDED, SOURCE, { day: "2026-03-02", revision: 1 });
    expect(await days()).toEqual(["2026-03-02", "2026-03-04"]);
    await seal("2026-03-02", 2);
    expect(await days()).toEqual(["2026-03-04"]);
  });

  it("are one that is sealed, while the run that sealed it has not come to its end", async () => {
    await seal("2026-03-02");
    const start = startOfDay("2026-03-02");
    const closing = { head: null, hours: {}, attempt: "0123456789abcdef" };
    const checkpoint = { start, watermark: start, entriesPerSecond: 0, closing };
    checkpoints.items.set(sealWriter(SOURCE), { checkpoint, lease: undefined, updatedAt: 0 });
    expect(await days(1)).toEqual(["2026-03-02"]);
  });

  it("begin with a backfill, and leave out what it has not come to", async () => {
    const span = { from: startOfDay("2026-02-27"), until: startOfDay("2026-03-02") + 7 };
    setWriter(backfillWriter(SOURCE, span), span.from, startOfDay("2026-03-01") + 1);
    expect(await days()).toEqual([
      ...["2026-02-27", "2026-02-28"],
      ...["2026-03-03", "2026-03-04"],
    ]);
  });

  it("are none for a source that never ran", async () => {
    checkpoints.items.clear();
    expect(await days()).toEqual([]);
  });
});

describe("why no day is sealed and none can be", () => {
  it("is that no run has completed", async () => {
    checkpoints.items.clear();
    expect(await whyNone()).toBe('"acme" has no completed run; run ingest first');
  });

  it("is that no run has got past the start", async () => {
    const start = startOfDay("2026-03-02") + 7;
    setWriter(SOURCE, start, start);
    expect(await whyNone()).toBe(
      "2026-03-02 is not settled: no run has got past 2026-03-02T00:00:07Z",
    );
  });

  it("is that the first day has not ended", async () => {
    setWriter(SOURCE, startOfDay("2026-03-05"), NOON - 60);
    expect(await whyNone()).toMatch(/^2026-03-05 is not settled: it ends at 2026-03-06T00:00:00Z/);
  });

  it("is nothing once a day is sealed", async () => {
    await seal("2026-03-02");
    expect(await whyNone()).toBeUndefined();
  });
});
