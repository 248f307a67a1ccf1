import { describe, expect, it, vi } from "vitest";
import { causeOf } from "../../lib/ingest/summary.ts";
import { type Checkpoint, LeaseLostError } from "../../lib/ports.ts";
import { SlackApiError } from "../../lib/slack/errors.ts";
import { ENTRY_PROBLEMS, makeEntries, makeEntry, makeMalformedEntry } from "../fakes/entries.ts";
import { START, startWorld } from "./world.ts";

const NEVER_LATE = { allowedLatenessSeconds: 0 };

describe("ingest", () => {
  it("archives everything up to the settle delay, and says so", async () => {
    await using world = await startWorld();
    const summary = await world.run();
    expect(summary).toEqual({
      source: "acme",
      outcome: "caught_up",
      windows: expect.any(Number),
      pages: expect.any(Number),
      entries: 12,
      lateEntries: 0,
      lateness: {},
      duplicatesDropped: 0,
      quarantined: 0,
      objects: world.archive.objects.size,
      bytes: expect.any(Number),
      watermark: START + 3600 - 60,
      lagSeconds: 60,
    });
    await world.expectArchiveToEqualTruth();
  });

  it("lists nothing twice when nothing is late", async () => {
    await using world = await startWorld();
    world.settings = { ...world.settings, ...NEVER_LATE };
    await world.run();
    world.clock.advance(300_000);
    const { entries, duplicatesDropped, windows } = await world.run();
    expect({ entries, duplicatesDropped, windows }).toEqual({
      entries: 0,
      duplicatesDropped: 0,
      windows: 2,
    });
  });

  it("makes no call when it is caught up", async () => {
    await using world = await startWorld();
    world.settings = { ...world.settings, until: START + 600, ...NEVER_LATE };
    await world.run();
    const before = world.slack.stats.calls;
    expect(await world.run()).toMatchObject({ outcome: "caught_up", pages: 0 });
    expect(world.slack.stats.calls).toBe(before);
  });

  it("stops at until, excluded", async () => {
    await using world = await startWorld();
    world.settings = { ...world.settings, until: START + 5 };
    const { entries, watermark } = await world.run();
    expect([entries, watermark]).toEqual([5, START + 5]);
  });

  it("never asks past now less the settle delay", async () => {
    await using world = await startWorld();
    world.settings = { ...world.settings, settleDelaySeconds: 0 };
    await world.run();
    const latest = world.slack.calls.map(({ params }) => Number(params.latest));
    expect(Math.max(...latest)).toBe(START + 3600);
  });

  it.each([false, true])(
    "loses and repeats nothing when latest is exclusive: %s",
    async (latestExclusive) => {
      await using world = await startWorld(makeEntries(40), { latestExclusive });
      await world.runToQuiescence();
      await world.expectArchiveToEqualTruth();
    },
  );

  it("sends every parameter with every page", async () => {
    await using world = await startWorld();
    await world.run();
    const paged = world.slack.calls.filter(({ params }) => params.cursor);
    expect(paged.length).toBeGreaterThan(0);
    for (const { params } of paged) {
      expect(Object.keys(params).sort()).toEqual(["cursor", "latest", "limit", "oldest"]);
    }
  });

  it("takes a second with more entries than a page whole", async () => {
    await using world = await startWorld(makeEntries(20, { stepSeconds: 0 }));
    expect(await world.run()).toMatchObject({ entries: 20 });
    await world.expectArchiveToEqualTruth();
  });

  it("sizes windows after the density that it sees", async () => {
    await using world = await startWorld(makeEntries(2000));
    world.settings = { ...world.settings, pageLimit: 100, ...NEVER_LATE };
    const { pages } = await world.run();
    expect(pages).toBeLessThan((2000 / 100) * 1.6);
    await world.expectArchiveToEqualTruth();
  });

  it("stores entries oldest window first", async () => {
    await using world = await startWorld(makeEntries(12, { stepSeconds: 600 }));
    world.settings = { ...world.settings, pageLimit: 9999 };
    world.clock.advance(2 * 3_600_000);
    await world.run();
    const seconds = [...world.archive.objects.keys()].map((key) =>
      key.slice(key.lastIndexOf("/") + 1, -28),
    );
    expect(seconds).toEqual(seconds.toSorted());
  });
});

describe("the watermark", () => {
  it("moves only after the entries below it are stored", async () => {
    await using world = await startWorld();
    vi.spyOn(world.archive, "put").mockRejectedValue(new Error("bucket is gone"));
    const summary = await world.run();
    expect(summary).toMatchObject({
      outcome: "failed",
      watermark: START,
      error: { message: "bucket is gone" },
    });
    expect(causeOf(summary)?.message).toBe("bucket is gone");
    expect(world.checkpoints.saved).toEqual([]);
  });

  it("is at every moment below everything that is not archived", async () => {
    await using world = await startWorld(makeEntries(60));
    const save = world.checkpoints.save.bind(world.checkpoints);
    vi.spyOn(world.checkpoints, "save").mockImplementation(async (...call) => {
      const [, , { watermark }] = call;
      const archived = await world.archived();
      for (const [id, text] of world.slack.truth()) {
        expect(archived.has(id) || JSON.parse(text).date_create >= watermark).toBe(true);
      }
      await save(...call);
    });
    expect(await world.run()).toMatchObject({ outcome: "caught_up", entries: 60 });
  });
});

describe("a run that is cut off", () => {
  it("goes on from the saved page cursor", async () => {
    await using world = await startWorld();
    world.slack.faults.at(3, "token_refused");
    world.slack.faults.at(4, "token_refused");
    expect(await world.run()).toMatchObject({ outcome: "failed", pages: 2, entries: 6 });
    world.slack.calls.length = 0;
    await world.run();
    expect(world.slack.calls[0]?.params.cursor).toBeTruthy();
    await world.expectArchiveToEqualTruth();
  });

  it("starts the window again when the cursor has expired", async () => {
    await using world = await startWorld();
    world.slack.faults.at(3, "token_refused");
    world.slack.faults.at(4, "token_refused");
    await world.run();
    world.slack.expireCursors();
    expect(await world.run()).toMatchObject({
      outcome: "caught_up",
      duplicatesDropped: 6,
      entries: 6,
    });
    await world.expectArchiveToEqualTruth();
  });

  it("gets on although every cursor is refused", async () => {
    await using world = await startWorld(makeEntries(200));
    world.slack.faults.when(({ params }) => (params.cursor ? "expired_cursor" : undefined));
    world.settings = { ...world.settings, pageLimit: 20 };
    expect(await world.run()).toMatchObject({ outcome: "caught_up", entries: 200 });
    await world.expectArchiveToEqualTruth();
  });

  it("gets on although every cursor leads to itself", async () => {
    await using world = await startWorld(makeEntries(200));
    world.settings = { ...world.settings, pageLimit: 20 };
    world.slack.faults.when(({ params: { cursor } }) =>
      cursor
        ? {
            kind: "body",
            status: 200,
            contentType: "application/json",
            body: `{"entries":[],"response_metadata":{"next_cursor":"${cursor}"}}`,
          }
        : undefined,
    );
    expect(await world.run()).toMatchObject({ outcome: "caught_up", entries: 200 });
    await world.expectArchiveToEqualTruth();
  });

  it("gets on although each run has time for one call only", async () => {
    await using world = await startWorld(makeEntries(30), {});
    world.settings = { ...world.settings, until: START + 30, ...NEVER_LATE };
    for (
      let run = 1;
      run <= 40 && world.checkpoints.saved.at(-1)?.watermark !== START + 30;
      run++
    ) {
      const deadlineMs = world.clock.nowMs() + 10_000;
      world.slack.onCall = () => world.clock.advance(10_000);
      const { pages } = await world.run({ deadlineMs });
      expect(pages).toBe(1);
      world.clock.advance(600_000);
    }
    await world.expectArchiveToEqualTruth();
  });
});

describe("late entries", () => {
  it("are found when they appear below the watermark", async () => {
    await using world = await startWorld();
    await world.run();
    world.slack.add(makeEntries(3, { from: START + 3000, stepSeconds: 100 }));
    world.clock.advance(300_000);
    expect(await world.run()).toMatchObject({ entries: 3, lateEntries: 3 });
    await world.expectArchiveToEqualTruth();
  });

  it("are counted by how late they were at most, with the checkpoint", async () => {
    await using world = await startWorld();
    await world.run();
    world.slack.add(makeEntries(3, { from: START + 3000, stepSeconds: 100 }));
    world.clock.advance(300_000);

    // Found 900, 800 and 700 s after their time.
    expect(await world.run()).toMatchObject({ lateness: { 1024: 3 } });
    world.slack.add([makeEntry({ dateCreate: START + 3500 })]);
    world.clock.advance(900_000);
    expect(await world.run()).toMatchObject({ lateness: { 2048: 1 } });

    expect(world.checkpoints.saved.at(-1)?.tally).toMatchObject({
      startedAtMs: (START + 3600) * 1000,
      settleDelaySeconds: 60,
      allowedLatenessSeconds: 900,
      entries: 16,
      late_below_1024: 3,
      late_below_2048: 1,
    });
  });

  it("are counted anew with other settings, under which others are late", async () => {
    await using world = await startWorld();
    await world.run();
    world.slack.add(makeEntries(3, { from: START + 3000, stepSeconds: 100 }));
    world.clock.advance(300_000);
    await world.run();

    world.settings = { ...world.settings, settleDelaySeconds: 120 };
    world.clock.advance(900_000);
    await world.run();

    const tally = world.checkpoints.saved.at(-1)?.tally;
    expect(tally).toMatchObject({ settleDelaySeconds: 120, entries: 0 });
    expect(tally).not.toHaveProperty("late_below_1024");
  });

  it("are looked for at most once in allowedLateness", async () => {
    await using world = await startWorld([]);
    world.settings = { ...world.settings, pageLimit: 9999 };
    const oldestAsked: number[] = [];
    for (let run = 0; run < 8; run++) {
      world.slack.calls.length = 0;
      await world.run();
      oldestAsked.push(
        Number(world.slack.calls[0]?.params.oldest) - (START + 3600 + run * 300 - 60),
      );
      world.clock.advance(300_000);
    }
    // The first run lists an hour. A late scan comes with the next run and with every third one
    // after that; each goes back to 900 s before the one before it began, the first a little more.
    expect(oldestAsked).toEqual([
      -3540,
      -300 - 1800 + 60,
      -300,
      -300,
      -900 - 900 + 60,
      -300,
      -300,
      -900 - 900 + 60,
    ]);
  });

  it.each([1, 450, 899, 900])(
    "are found however the scans fall, %i s after their time",
    async (lateSeconds) => {
      await using world = await startWorld([]);
      for (let minute = 0; minute < 120; minute += 5) {
        const nowSeconds = world.clock.nowMs() / 1000;
        world.slack.add([makeEntry({ dateCreate: nowSeconds - lateSeconds })]);
        await world.run();
        world.clock.advance(300_000);
      }
      world.slack.add([]);
      await world.runToQuiescence();
      await world.expectArchiveToEqualTruth();
    },
  );

  it("are not looked for by a run with a backlog that was listed late anyway", async () => {
    await using world = await startWorld([]);
    world.settings = { ...world.settings, pageLimit: 9999 };
    await world.run();
    world.clock.advance(6 * 3_600_000);
    world.slack.onCall = () => world.clock.advance(150_000);
    const oldestAsked: number[] = [];
    for (let run = 0; run < 5; run++) {
      world.slack.calls.length = 0;
      await world.run({ deadlineMs: world.clock.nowMs() + 150_000 });
      oldestAsked.push(Number(world.slack.calls[0]?.params.oldest) - START);
      world.clock.advance(900_000);
    }
    // The first goes back to before the first run; from then on each takes the next hour.
    expect(oldestAsked).toEqual([3600 - 1800, 3600, 7200, 10_800, 14_400]);
  });

  it("are not looked for below the start of the archive", async () => {
    await using world = await startWorld([makeEntry({ dateCreate: START - 1 })]);
    await world.runToQuiescence();
    expect(await world.archived()).toEqual(new Map());
  });

  it("do not keep a scan from getting on that is cut off every time", async () => {
    await using world = await startWorld(makeEntries(30, { from: START + 3000, stepSeconds: 10 }));
    await world.run();
    world.slack.add(makeEntries(30, { from: START + 3005, stepSeconds: 10 }));
    world.slack.onCall = () => world.clock.advance(10_000);
    const positions: (number | undefined)[] = [];
    for (let run = 0; run < 80; run++) {
      await world.run({ deadlineMs: world.clock.nowMs() + 10_000 });
      positions.push(world.checkpoints.saved.at(-1)?.lateScanPosition);
      world.clock.advance(1000);
    }
    expect(positions.at(-1)).toBeUndefined();
    await world.expectArchiveToEqualTruth();
  });
});

describe("throttling", () => {
  it("is waited out when there is time", async () => {
    await using world = await startWorld();
    world.slack.faults.next("throttled", 3);
    expect(await world.run()).toMatchObject({ outcome: "caught_up", entries: 12 });
  });

  it("ends the run when there is not, and the next one does not call before its time", async () => {
    await using world = await startWorld();
    world.slack.faults.next("throttled_for_a_day");
    const first = await world.run({ deadlineMs: world.clock.nowMs() + 60_000 });
    const anHourOn = world.clock.nowMs() + 3_600_000;
    expect(first).toMatchObject({ outcome: "throttled", notBefore: anHourOn });
    world.clock.advance(60_000);
    const calls = world.slack.stats.calls;
    expect(await world.run()).toMatchObject({ outcome: "throttled", notBefore: anHourOn });
    expect(world.slack.stats.calls).toBe(calls);
    world.clock.advance(3_600_000);
    expect(await world.run()).toMatchObject({ outcome: "caught_up" });
  });

  it("waits for the time that an earlier run was told, when it is near", async () => {
    await using world = await startWorld();
    world.slack.faults.next({ kind: "throttled", retryAfter: "30" });
    await world.run({ deadlineMs: world.clock.nowMs() + 10_000 });
    const progress: unknown[] = [];
    const notBefore = world.clock.nowMs() + 30_000;
    expect(await world.run({ onProgress: (p) => progress.push(p) })).toMatchObject({
      outcome: "caught_up",
    });
    expect(progress[0]).toMatchObject({ waitingUntilMs: notBefore });
    expect(world.slack.calls[1]?.atMs).toBeGreaterThanOrEqual(notBefore);
  });
});

describe("the lease", () => {
  it("keeps a second run out", async () => {
    await using world = await startWorld();
    const second: unknown[] = [];
    world.slack.onCall = async () => {
      world.slack.onCall = undefined;
      second.push(await world.run());
    };
    expect(await world.run()).toMatchObject({ outcome: "caught_up", entries: 12 });
    expect(second).toMatchObject([
      { outcome: "lease_held", pages: 0, watermark: null, lagSeconds: null },
    ]);
  });

  it("is given up at the end, also of a run that failed", async () => {
    await using world = await startWorld();
    vi.spyOn(world.archive, "put").mockRejectedValueOnce(new Error("x"));
    await world.run();
    expect(await world.run()).toMatchObject({ outcome: "caught_up" });
  });

  it("stops a run that stood still for too long, before it writes", async () => {
    await using world = await startWorld();
    world.slack.onCall = ({ number }) => {
      if (number === 2) {
        world.clock.advance(3_600_000);
      }
    };
    const summary = await world.run();
    expect(summary).toMatchObject({ outcome: "lease_lost" });
    expect(world.archive.objects.size).toBeLessThanOrEqual(1);
    await world.runToQuiescence();
    await world.expectArchiveToEqualTruth();
  });

  it("stops a run whose checkpoint another has taken over", async () => {
    await using world = await startWorld();
    vi.spyOn(world.checkpoints, "save").mockRejectedValueOnce(new LeaseLostError("acme"));
    expect(await world.run()).toMatchObject({ outcome: "lease_lost" });
  });
});

describe("what cannot be read", () => {
  it.each(ENTRY_PROBLEMS)(
    "is kept in quarantine, once, and the run goes on: %s",
    async (problem) => {
      await using world = await startWorld([
        ...makeEntries(12),
        makeMalformedEntry(problem, START + 4),
      ]);
      expect(await world.run()).toMatchObject({
        outcome: "caught_up",
        entries: 12,
        quarantined: 1,
      });
      await world.runToQuiescence();
      const kept = [...world.archive.objects.keys()].filter((key) =>
        key.startsWith("quarantine/source=acme/"),
      );
      expect(kept).toHaveLength(1);
    },
  );

  it("is kept although it lies outside the window that was asked for", async () => {
    await using world = await startWorld();
    const stray = makeEntry({ dateCreate: START - 86_400 });
    world.slack.faults.next({ kind: "extra_entry", text: stray.text });
    expect(await world.run()).toMatchObject({ entries: 13 });
    expect((await world.archived()).get(stray.id ?? "")).toBe(stray.text);
  });
});

describe("an end from outside", () => {
  it("leaves the state saved", async () => {
    await using world = await startWorld();
    const controller = new AbortController();
    world.slack.onCall = ({ number }) => {
      if (number === 3) {
        controller.abort();
      }
    };
    expect(await world.run({ signal: controller.signal })).toMatchObject({
      outcome: "interrupted",
      pages: 2,
    });
    expect(world.checkpoints.saved).toHaveLength(2);
    expect(await world.run()).toMatchObject({ outcome: "caught_up" });
    await world.expectArchiveToEqualTruth();
  });

  it("comes with the deadline", async () => {
    await using world = await startWorld(makeEntries(60));
    world.slack.onCall = () => world.clock.advance(1000);
    expect(await world.run({ deadlineMs: world.clock.nowMs() + 4000 })).toMatchObject({
      outcome: "out_of_time",
      pages: 4,
    });
  });
});

describe("a token that Slack refuses", () => {
  it("is read again once", async () => {
    await using world = await startWorld();
    const { ports } = world;
    const old = world.slack.token;
    world.slack.token = "xoxp-rotated";
    const refresh = vi.fn(async () => (current = "xoxp-rotated"));
    let current = old;
    const { createSlackSource } = await import("../../lib/ingest/slack-source.ts");
    const slack = createSlackSource({
      tokens: { get: async () => current, refresh },
      baseUrl: world.slack.baseUrl,
      clock: world.clock,
    });
    expect(await world.run({}, { ...ports, slack })).toMatchObject({ outcome: "caught_up" });
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("fails the run when it is refused again", async () => {
    await using world = await startWorld();
    world.slack.faults.when(() => "token_refused");
    const summary = await world.run();
    expect(summary).toMatchObject({ outcome: "failed", error: { name: "SlackApiError" } });
    expect(causeOf(summary)).toBeInstanceOf(SlackApiError);
    expect(world.slack.stats.calls).toBe(2);
  });
});

describe("a listing without an end", () => {
  it.each([
    ["empty pages", () => ""],
    ["the same page", () => makeEntry({ id: "again", dateCreate: START }).text],
  ])("fails the run: %s, each with a new cursor", async (_, entry) => {
    await using world = await startWorld();
    world.slack.faults.when(({ number }) => ({
      kind: "body",
      status: 200,
      contentType: "application/json",
      body: `{"entries":[${entry()}],"response_metadata":{"next_cursor":"page-${number}"}}`,
    }));
    const summary = await world.run();
    expect(summary).toMatchObject({ outcome: "failed", error: { code: "endless_listing" } });
  });

  it("fails the run: a cursor that leads to itself", async () => {
    await using world = await startWorld();
    world.slack.faults.when(() => ({
      kind: "body",
      status: 200,
      contentType: "application/json",
      body: '{"entries":[],"response_metadata":{"next_cursor":"round"}}',
    }));
    expect(await world.run()).toMatchObject({
      outcome: "failed",
      error: { code: "endless_listing" },
    });
  });
});

describe("the checkpoint", () => {
  it("carries nothing of a finished window", async () => {
    await using world = await startWorld();
    await world.run();
    const last: Checkpoint | undefined = world.checkpoints.saved.at(-1);
    expect(last).toMatchObject({ start: START, watermark: START + 3540, pageCursor: undefined });
  });
});
