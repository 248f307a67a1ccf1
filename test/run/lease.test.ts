import { describe, expect, it } from "vitest";
import { makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { importWriter, liveWriter, sealWriter } from "../../lib/archive/writer.ts";
import { backfillSpan } from "../../lib/backfill/backfill-span.ts";
import {
  BackfillPlanError,
  beginBackfill,
  planBackfill,
  spansOf,
} from "../../lib/backfill/plan.ts";
import { importEntries } from "../../lib/import/import-entries.ts";
import { LeaseLostError } from "../../lib/ports.ts";
import { SourceBusyError, type WriterLease, withLease } from "../../lib/run/lease.ts";
import { verify } from "../../lib/seal/verify.ts";
import { parseExport } from "../../lib/slack/export-file.ts";
import { SECONDS_PER_DAY } from "../../lib/time.ts";
import { MemoryCheckpointStore } from "../fakes/memory-checkpoint-store.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { START, startTestBed, type TestBed } from "../ingest/test-bed.ts";
import { close, DAY, SOURCE, settle, startSettledTestBed } from "../seal/test-bed.ts";

const TERM_MS = 15 * 60_000;

function setUp() {
  const clock = new VirtualClock(START * 1000);
  const checkpoints = new MemoryCheckpointStore();
  const lease = <T>(
    writer: string,
    work: (lease: WriterLease) => Promise<T>,
    { from = 0, until = 100, deadlineMs = Number.POSITIVE_INFINITY } = {},
  ) =>
    withLease(
      { checkpoints, clock },
      {
        source: "acme",
        writer,
        owner: `${writer}'s run`,
        deadlineMs,
        rangesFor: () => [{ from, until }],
      },
      work,
    );
  return { clock, checkpoints, lease };
}

describe("a lease", () => {
  it("claims its range while the work lasts, and gives it up after", async () => {
    const { checkpoints, lease } = setUp();
    const done = await lease("acme", async ({ range }) => {
      expect(await checkpoints.claims("acme")).toMatchObject([{ writer: "acme", range }]);
      return "done";
    });
    expect(done).toEqual({ held: true, result: "done" });
    expect(await checkpoints.claims("acme")).toEqual([]);
    expect((await checkpoints.read("acme"))?.lease).toBe(undefined);
  });

  it("is given up when the work fails", async () => {
    const { checkpoints, lease } = setUp();
    const failing = lease("acme", () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(await checkpoints.claims("acme")).toEqual([]);
    expect((await checkpoints.read("acme"))?.lease).toBe(undefined);
  });

  it("is refused where another writer has claimed some of the range, and says who", async () => {
    const { checkpoints, lease } = setUp();
    await lease("acme#import", async () => {
      const refused = await lease("acme", () => Promise.reject(new Error("it works")), {
        from: 99,
      });
      expect(refused).toMatchObject({ held: false, heldBy: { writer: "acme#import" } });
      expect((await checkpoints.read("acme"))?.lease).toBe(undefined);
    });
  });

  it("takes the first of several ranges that is free", async () => {
    const { checkpoints, clock, lease } = setUp();
    await lease("acme#import", async () => {
      await withLease(
        { checkpoints, clock },
        {
          ...{ source: "acme", writer: "acme", owner: "run", deadlineMs: Number.POSITIVE_INFINITY },
          rangesFor: () => [
            { from: 50, until: 200 },
            { from: 100, until: 200 },
          ],
        },
        async ({ range }) => expect(range).toEqual({ from: 100, until: 200 }),
      );
    });
  });

  it("lasts as long as work that saves or renews, however long that is", async () => {
    const { clock, checkpoints, lease } = setUp();
    await lease("acme", async (lease) => {
      for (let minutes = 0; minutes < 240; minutes += 10) {
        clock.advance(10 * 60_000);
        await (minutes % 20 === 0
          ? lease.renew()
          : lease.save({ start: 0, watermark: 0, entriesPerSecond: 0 }));
        lease.assertHeld();
        const [claim] = await checkpoints.claims("acme");
        expect(claim?.expiresAt).toBeGreaterThan(clock.nowMs() + TERM_MS / 2);
      }
    });
  });

  it("ends half a minute before it expires, by the clock", async () => {
    const { clock, lease } = setUp();
    await lease("acme", async (lease) => {
      clock.advance(TERM_MS + 29_999);
      lease.assertHeld();
      clock.advance(1);
      expect(() => lease.assertHeld()).toThrow(LeaseLostError);
      await expect(lease.renew()).rejects.toThrow(LeaseLostError);
      await expect(lease.save({ start: 0, watermark: 0, entriesPerSecond: 0 })).rejects.toThrow(
        LeaseLostError,
      );
    });
  });

  it("expires a minute after the deadline, and needs no extension before", async () => {
    const { clock, checkpoints, lease } = setUp();
    const deadlineMs = clock.nowMs() + 60_000;
    await lease(
      "acme",
      async (lease) => {
        clock.advance(59_000);
        await lease.save({ start: 0, watermark: 0, entriesPerSecond: 0 });
        const [claim] = await checkpoints.claims("acme");
        expect(claim?.expiresAt).toBe(deadlineMs + 60_000);
        expect(lease.current.expiresAt).toBe(deadlineMs + 60_000);
      },
      { deadlineMs },
    );
  });
});

describe("two writers", () => {
  const exportOf = (text: string) => [
    { name: "export.json", entries: parseExport(Buffer.from(text)) },
  ];

  async function startOlderTestBed(): Promise<TestBed> {
    const older = makeEntries(60, { from: START - 10 * SECONDS_PER_DAY, stepSeconds: 3600 });
    const bed = await startTestBed([...older, ...makeEntries(12)]);
    bed.settings.pageLimit = 5;
    await bed.run();
    return bed;
  }

  const backfill = (bed: TestBed, span: { from: number; until: number }, owner: string) =>
    backfillSpan(
      bed.ports,
      { source: SOURCE, span, owner, pageLimit: 5 },
      { deadlineMs: Number.POSITIVE_INFINITY },
    );

  it("do not meet: an import is refused while a backfill runs over the same days", async () => {
    await using bed = await startOlderTestBed();
    const { spans } = await planBackfill(bed.ports, {
      source: SOURCE,
      from: START - 10 * SECONDS_PER_DAY,
    });
    await beginBackfill(bed.ports, SOURCE, spans, "planner");
    const [span = { from: 0, until: 0 }] = spans;
    const outcomes: unknown[] = [];
    bed.slack.onCall = async ({ number }) => {
      if (number % 5 !== 0) return;
      const text = makeEntry({ dateCreate: span.from + 1800 }).text;
      outcomes.push(await importEntries(bed.ports, SOURCE, exportOf(text)).catch((error) => error));
    };
    for (const [at, span] of spans.entries()) await backfill(bed, span, `backfill-${at}`);
    expect(outcomes.length).toBeGreaterThan(2);
    for (const outcome of outcomes) expect(outcome).toBeInstanceOf(SourceBusyError);
    await bed.expectArchiveToEqualTruth();
  });

  it("do not meet: of two backfills that were planned at once, one is to be planned again", async () => {
    await using bed = await startOlderTestBed();
    const plans = [START - 10 * SECONDS_PER_DAY, START - 8 * SECONDS_PER_DAY].map((from) =>
      planBackfill(bed.ports, { source: SOURCE, from }),
    );
    const [first, second] = await Promise.all(plans);
    await beginBackfill(bed.ports, SOURCE, first?.spans ?? [], "first");
    const late = beginBackfill(bed.ports, SOURCE, second?.spans ?? [], "second");
    await expect(late).rejects.toThrow(BackfillPlanError);
    await expect(late).rejects.toThrow(/has been taken by acme#.*run backfill again/);
    for (const [at, span] of (first?.spans ?? []).entries()) await backfill(bed, span, `run-${at}`);
    await bed.expectArchiveToEqualTruth();
    // The refused span has left nothing behind that a seal would wait for, or a later plan avoid.
    const planned = spansOf(await bed.checkpoints.writers(SOURCE)).map(({ span }) => span);
    expect(planned).toEqual(first?.spans);
  });

  it("do not meet: what a backfill that was planned before a seal writes to the sealed day is an addendum", async () => {
    await using bed = await startOlderTestBed();
    bed.slack.add(makeEntries(3, { from: START - 3600 }));
    const plan = await planBackfill(bed.ports, { source: SOURCE, from: START - SECONDS_PER_DAY });
    await settle(bed);
    expect(await close(bed)).toMatchObject({ outcome: "sealed", manifest: { late: 3 } });
    const sealed = new Map(bed.archive.objects);
    bed.slack.add([makeEntry({ dateCreate: START - 1800 })]);

    await beginBackfill(bed.ports, SOURCE, plan.spans, "planner");
    for (const [at, span] of plan.spans.entries()) await backfill(bed, span, `late-${at}`);

    for (const [key, body] of sealed) expect(bed.archive.objects.get(key)).toBe(body);
    const report = await verify(bed.archive, { source: SOURCE });
    expect(report).toMatchObject({ damages: [], addenda: [{ day: DAY, objects: 1 }] });
  });

  it("do not meet: a plan waits for the seal of a day of it", async () => {
    await using bed = await startOlderTestBed();
    const { spans } = await planBackfill(bed.ports, {
      source: SOURCE,
      from: START - 10 * SECONDS_PER_DAY,
    });
    const range = { from: START - 9 * SECONDS_PER_DAY, until: START - 8 * SECONDS_PER_DAY };
    const expiresAt = bed.clock.nowMs() + 60_000;
    const seal = { writer: sealWriter(SOURCE), owner: "seal", range, expiresAt };
    await bed.checkpoints.claim(SOURCE, seal, bed.clock.nowMs());
    const begin = beginBackfill(bed.ports, SOURCE, spans, "planner");
    await expect(begin).rejects.toThrow(SourceBusyError);
    await expect(begin).rejects.toThrow("acme#close is writing to");
  });

  it("do not meet: a day is not sealed while an import has the source", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    const range = { from: 0, until: 9_999_999_999 };
    const expiresAt = bed.clock.nowMs() + 60_000;
    const claim = { writer: importWriter(SOURCE), owner: "import", range, expiresAt };
    await bed.checkpoints.claim(SOURCE, claim, bed.clock.nowMs());
    const reason = `${importWriter(SOURCE)} is writing to it`;
    expect(await close(bed)).toMatchObject({ outcome: "not_settled", reason });
    await bed.checkpoints.unclaim(SOURCE, importWriter(SOURCE), "import");
    expect(await close(bed)).toMatchObject({ outcome: "sealed" });
  });

  it("do not wait: a live run goes on above a day that is being sealed, and scans for late entries later", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    await settle(bed);
    const late = makeEntry({ dateCreate: START + 5000 });
    bed.slack.add([late]);
    bed.settings.allowedLatenessSeconds = 3 * SECONDS_PER_DAY;
    const range = { from: START - 9 * 3600, until: START + 15 * 3600 };
    const seal = {
      writer: sealWriter(SOURCE),
      owner: "seal",
      range,
      expiresAt: bed.clock.nowMs() + 1e9,
    };
    await bed.checkpoints.claim(SOURCE, seal, bed.clock.nowMs());
    const fresh = makeEntry({ dateCreate: Math.floor(bed.clock.nowMs() / 1000) });
    bed.slack.add([fresh]);
    bed.clock.advance(4 * 86_400_000);
    expect(await bed.run()).toMatchObject({ outcome: "caught_up", entries: 1, lateEntries: 0 });
    await bed.checkpoints.unclaim(SOURCE, sealWriter(SOURCE), "seal");
    bed.clock.advance(3_600_000);
    expect(await bed.run()).toMatchObject({ outcome: "caught_up", lateEntries: 1 });
    await bed.expectArchiveToEqualTruth();
    expect((await bed.checkpoints.read(liveWriter(SOURCE)))?.checkpoint?.lateScanPosition).toBe(
      undefined,
    );
    expect(DAY).toBe("2026-03-02");
  });
});
