import { describe, expect, it, vi } from "vitest";
import {
  ENTRY_PROBLEMS,
  makeEntries,
  makeEntry,
  makeMalformedEntry,
} from "../../fake-slack/entries.ts";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { type Checkpoint, LeaseLostError } from "../../lib/ports.ts";
import { causeOf } from "../../lib/run/outcome.ts";
import { SlackApiError } from "../../lib/slack/errors.ts";
import { beginsAt, type Query, refusal, ScriptedListing } from "../run/scripted-listing.ts";
import { START, startTestBed } from "./test-bed.ts";

const NEVER_LATE = { allowedLatenessSeconds: 0 };

describe("ingest", () => {
  it("archives everything up to the settle delay, and says so", async () => {
    await using bed = await startTestBed();
    const summary = await bed.run();
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
      objects: bed.archive.objects.size,
      bytes: expect.any(Number),
      watermark: START + 3600 - 60,
      lagSeconds: 60,
    });
    await bed.expectArchiveToEqualTruth();
  });

  it("lists nothing twice when nothing is late", async () => {
    await using bed = await startTestBed();
    bed.settings = { ...bed.settings, ...NEVER_LATE };
    await bed.run();
    bed.clock.advance(300_000);
    const { entries, duplicatesDropped, windows } = await bed.run();
    expect({ entries, duplicatesDropped, windows }).toEqual({
      entries: 0,
      duplicatesDropped: 0,
      windows: 2,
    });
  });

  it("makes no call when it is caught up", async () => {
    await using bed = await startTestBed();
    bed.settings = { ...bed.settings, until: START + 600, ...NEVER_LATE };
    await bed.run();
    const before = bed.slack.stats.calls;
    expect(await bed.run()).toMatchObject({ outcome: "caught_up", pages: 0 });
    expect(bed.slack.stats.calls).toBe(before);
  });

  it("stops at until, excluded", async () => {
    await using bed = await startTestBed();
    bed.settings = { ...bed.settings, until: START + 5 };
    const { entries, watermark } = await bed.run();
    expect([entries, watermark]).toEqual([5, START + 5]);
  });

  it("never asks past now less the settle delay", async () => {
    await using bed = await startTestBed();
    bed.settings = { ...bed.settings, settleDelaySeconds: 0 };
    await bed.run();
    const latest = bed.slack.calls.map(({ params }) => Number(params.latest));
    expect(Math.max(...latest)).toBe(START + 3600);
  });

  it.each([false, true])(
    "loses and repeats nothing when latest is exclusive: %s",
    async (latestExclusive) => {
      await using bed = await startTestBed(makeEntries(40), { latestExclusive });
      await bed.runToQuiescence();
      await bed.expectArchiveToEqualTruth();
    },
  );

  it("sends every parameter with every page", async () => {
    await using bed = await startTestBed();
    await bed.run();
    const paged = bed.slack.calls.filter(({ params }) => params.cursor);
    expect(paged.length).toBeGreaterThan(0);
    for (const { params } of paged) {
      expect(Object.keys(params).sort()).toEqual(["cursor", "latest", "limit", "oldest"]);
    }
  });

  it("takes a second with more entries than a page whole", async () => {
    await using bed = await startTestBed(makeEntries(20, { stepSeconds: 0 }));
    expect(await bed.run()).toMatchObject({ entries: 20 });
    await bed.expectArchiveToEqualTruth();
  });

  it("sizes windows after the density that it sees", async () => {
    await using bed = await startTestBed(makeEntries(2000));
    bed.settings = { ...bed.settings, pageLimit: 100, ...NEVER_LATE };
    const { pages } = await bed.run();
    expect(pages).toBeLessThan((2000 / 100) * 1.6);
    await bed.expectArchiveToEqualTruth();
  });

  it("stores entries oldest window first", async () => {
    await using bed = await startTestBed(makeEntries(12, { stepSeconds: 600 }));
    bed.settings = { ...bed.settings, pageLimit: 9999 };
    bed.clock.advance(2 * 3_600_000);
    await bed.run();
    const seconds = [...bed.archive.objects.keys()].map((key) =>
      key.slice(key.lastIndexOf("/") + 1, -28),
    );
    expect(seconds).toEqual(seconds.toSorted());
  });
});

describe("I1: the watermark", () => {
  it("moves only after the entries below it are stored", async () => {
    await using bed = await startTestBed();
    vi.spyOn(bed.archive, "put").mockRejectedValue(new Error("bucket is gone"));
    const summary = await bed.run();
    expect(summary).toMatchObject({
      outcome: "failed",
      watermark: START,
      error: { message: "bucket is gone" },
    });
    expect(causeOf(summary)?.message).toBe("bucket is gone");
    expect(bed.checkpoints.saved).toEqual([]);
  });

  it("is at every moment below everything that is not archived", async () => {
    await using bed = await startTestBed(makeEntries(60));
    const save = bed.checkpoints.save.bind(bed.checkpoints);
    vi.spyOn(bed.checkpoints, "save").mockImplementation(async (...call) => {
      const [, , { watermark }] = call;
      const archived = await bed.archived();
      for (const [id, text] of bed.slack.truth()) {
        expect(archived.has(id) || JSON.parse(text).date_create >= watermark).toBe(true);
      }
      await save(...call);
    });
    expect(await bed.run()).toMatchObject({ outcome: "caught_up", entries: 60 });
  });
});

describe("I5: a run that is cut off", () => {
  it("goes on from the saved page cursor", async () => {
    await using bed = await startTestBed();
    bed.slack.faults.at(3, "token_refused");
    bed.slack.faults.at(4, "token_refused");
    expect(await bed.run()).toMatchObject({ outcome: "failed", pages: 2, entries: 6 });
    bed.slack.calls.length = 0;
    await bed.run();
    expect(bed.slack.calls[0]?.params.cursor).toBeTruthy();
    await bed.expectArchiveToEqualTruth();
  });

  it("starts the window again when the cursor has expired", async () => {
    await using bed = await startTestBed();
    bed.slack.faults.at(3, "token_refused");
    bed.slack.faults.at(4, "token_refused");
    await bed.run();
    bed.slack.expireCursors();
    expect(await bed.run()).toMatchObject({
      outcome: "caught_up",
      duplicatesDropped: 6,
      entries: 6,
    });
    await bed.expectArchiveToEqualTruth();
  });

  it("I5: finds where Slack's history begins by runs of one call each", async () => {
    await using bed = await startTestBed([]);
    const years = 8 * 365 * 86_400;
    const first = START - 123_456_789;
    Object.assign(bed.settings, { firstStart: START - years, until: START });
    const script = new ScriptedListing({ times: [first], fail: beginsAt(first) });
    for (let runs = 0; runs < 60; runs++) {
      let calls = 0;
      const logsPage = async (query: Query) => {
        calls += 1;
        if (calls > 1) throw refusal("ratelimited", 429);
        return script.logsPage(query);
      };
      await bed.run({}, { ...bed.ports, slack: { logsPage } });
      bed.clock.advance(3_600_000);
      if ((await bed.archived()).size > 0) return;
    }
    expect.unreachable("nothing archived after 60 runs");
  });

  it("gets on although every cursor is refused", async () => {
    await using bed = await startTestBed(makeEntries(200));
    bed.slack.faults.when(({ params }) => (params.cursor ? "expired_cursor" : undefined));
    bed.settings = { ...bed.settings, pageLimit: 20 };
    expect(await bed.run()).toMatchObject({ outcome: "caught_up", entries: 200 });
    await bed.expectArchiveToEqualTruth();
  });

  it("gets on although every cursor leads to itself", async () => {
    await using bed = await startTestBed(makeEntries(200));
    bed.settings = { ...bed.settings, pageLimit: 20 };
    bed.slack.faults.when(({ params: { cursor } }) =>
      cursor
        ? {
            kind: "body",
            status: 200,
            contentType: "application/json",
            body: `{"entries":[],"response_metadata":{"next_cursor":"${cursor}"}}`,
          }
        : undefined,
    );
    expect(await bed.run()).toMatchObject({ outcome: "caught_up", entries: 200 });
    await bed.expectArchiveToEqualTruth();
  });

  it("gets on although each run has time for one call only", async () => {
    await using bed = await startTestBed(makeEntries(30), {});
    bed.settings = { ...bed.settings, until: START + 30, ...NEVER_LATE };
    for (let run = 1; run <= 40 && bed.checkpoints.saved.at(-1)?.watermark !== START + 30; run++) {
      const deadlineMs = bed.clock.nowMs() + 10_000;
      bed.slack.onCall = () => bed.clock.advance(10_000);
      const { pages } = await bed.run({ deadlineMs });
      expect(pages).toBe(1);
      bed.clock.advance(600_000);
    }
    await bed.expectArchiveToEqualTruth();
  });
});

describe("I1: late entries", () => {
  it("are found when they appear below the watermark", async () => {
    await using bed = await startTestBed();
    await bed.run();
    bed.slack.add(makeEntries(3, { from: START + 3000, stepSeconds: 100 }));
    bed.clock.advance(300_000);
    expect(await bed.run()).toMatchObject({ entries: 3, lateEntries: 3 });
    await bed.expectArchiveToEqualTruth();
  });

  it("are counted by how late they were at most, with the checkpoint", async () => {
    await using bed = await startTestBed();
    await bed.run();
    bed.slack.add(makeEntries(3, { from: START + 3000, stepSeconds: 100 }));
    bed.clock.advance(300_000);

    // Found 900, 800 and 700 s after their time.
    expect(await bed.run()).toMatchObject({ lateness: { 1024: 3 } });
    bed.slack.add([makeEntry({ dateCreate: START + 3500 })]);
    bed.clock.advance(900_000);
    expect(await bed.run()).toMatchObject({ lateness: { 2048: 1 } });

    expect(bed.checkpoints.saved.at(-1)?.tally).toMatchObject({
      startedAtMs: (START + 3600) * 1000,
      settleDelaySeconds: 60,
      allowedLatenessSeconds: 900,
      entries: 16,
      late_below_1024: 3,
      late_below_2048: 1,
    });
  });

  it("are counted anew with other settings, under which others are late", async () => {
    await using bed = await startTestBed();
    await bed.run();
    bed.slack.add(makeEntries(3, { from: START + 3000, stepSeconds: 100 }));
    bed.clock.advance(300_000);
    await bed.run();

    bed.settings = { ...bed.settings, settleDelaySeconds: 120 };
    bed.clock.advance(900_000);
    await bed.run();

    const tally = bed.checkpoints.saved.at(-1)?.tally;
    expect(tally).toMatchObject({ settleDelaySeconds: 120, entries: 0 });
    expect(tally).not.toHaveProperty("late_below_1024");
  });

  it("are looked for at most once in allowedLateness", async () => {
    await using bed = await startTestBed([]);
    bed.settings = { ...bed.settings, pageLimit: 9999 };
    const oldestAsked: number[] = [];
    for (let run = 0; run < 8; run++) {
      bed.slack.calls.length = 0;
      await bed.run();
      oldestAsked.push(Number(bed.slack.calls[0]?.params.oldest) - (START + 3600 + run * 300 - 60));
      bed.clock.advance(300_000);
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
      await using bed = await startTestBed([]);
      for (let minute = 0; minute < 120; minute += 5) {
        const nowSeconds = bed.clock.nowMs() / 1000;
        bed.slack.add([makeEntry({ dateCreate: nowSeconds - lateSeconds })]);
        await bed.run();
        bed.clock.advance(300_000);
      }
      bed.slack.add([]);
      await bed.runToQuiescence();
      await bed.expectArchiveToEqualTruth();
    },
  );

  it("are not looked for by a run with a backlog that was listed late anyway", async () => {
    await using bed = await startTestBed([]);
    bed.settings = { ...bed.settings, pageLimit: 9999 };
    await bed.run();
    bed.clock.advance(6 * 3_600_000);
    bed.slack.onCall = () => bed.clock.advance(150_000);
    const oldestAsked: number[] = [];
    for (let run = 0; run < 5; run++) {
      bed.slack.calls.length = 0;
      await bed.run({ deadlineMs: bed.clock.nowMs() + 150_000 });
      oldestAsked.push(Number(bed.slack.calls[0]?.params.oldest) - START);
      bed.clock.advance(900_000);
    }
    // The first goes back to before the first run; from then on each takes the next hour.
    expect(oldestAsked).toEqual([3600 - 1800, 3600, 7200, 10_800, 14_400]);
  });

  it("are not looked for below the start of the archive", async () => {
    await using bed = await startTestBed([makeEntry({ dateCreate: START - 1 })]);
    await bed.runToQuiescence();
    expect(await bed.archived()).toEqual(new Map());
  });

  it("do not keep a scan from getting on that is cut off every time", async () => {
    await using bed = await startTestBed(makeEntries(30, { from: START + 3000, stepSeconds: 10 }));
    await bed.run();
    bed.slack.add(makeEntries(30, { from: START + 3005, stepSeconds: 10 }));
    bed.slack.onCall = () => bed.clock.advance(10_000);
    const positions: (number | undefined)[] = [];
    for (let run = 0; run < 80; run++) {
      await bed.run({ deadlineMs: bed.clock.nowMs() + 10_000 });
      positions.push(bed.checkpoints.saved.at(-1)?.lateScanPosition);
      bed.clock.advance(1000);
    }
    expect(positions.at(-1)).toBeUndefined();
    await bed.expectArchiveToEqualTruth();
  });
});

describe("throttling", () => {
  it("is waited out when there is time", async () => {
    await using bed = await startTestBed();
    bed.slack.faults.next("throttled", 3);
    expect(await bed.run()).toMatchObject({ outcome: "caught_up", entries: 12 });
  });

  it("ends the run when there is not, and the next one does not call before its time", async () => {
    await using bed = await startTestBed();
    bed.slack.faults.next("throttled_for_a_day");
    const first = await bed.run({ deadlineMs: bed.clock.nowMs() + 60_000 });
    const anHourOn = bed.clock.nowMs() + 3_600_000;
    expect(first).toMatchObject({ outcome: "throttled", notBefore: anHourOn });
    bed.clock.advance(60_000);
    const calls = bed.slack.stats.calls;
    expect(await bed.run()).toMatchObject({ outcome: "throttled", notBefore: anHourOn });
    expect(bed.slack.stats.calls).toBe(calls);
    bed.clock.advance(3_600_000);
    expect(await bed.run()).toMatchObject({ outcome: "caught_up" });
  });

  it("waits for the time that an earlier run was told, when it is near", async () => {
    await using bed = await startTestBed();
    bed.slack.faults.next({ kind: "throttled", retryAfter: "30" });
    await bed.run({ deadlineMs: bed.clock.nowMs() + 10_000 });
    const progress: unknown[] = [];
    const notBefore = bed.clock.nowMs() + 30_000;
    expect(await bed.run({ onProgress: (p) => progress.push(p) })).toMatchObject({
      outcome: "caught_up",
    });
    expect(progress[0]).toMatchObject({ waitingUntilMs: notBefore });
    expect(bed.slack.calls[1]?.atMs).toBeGreaterThanOrEqual(notBefore);
  });
});

describe("the lease", () => {
  it("keeps a second run out", async () => {
    await using bed = await startTestBed();
    const second: unknown[] = [];
    bed.slack.onCall = async () => {
      bed.slack.onCall = undefined;
      second.push(await bed.run());
    };
    expect(await bed.run()).toMatchObject({ outcome: "caught_up", entries: 12 });
    expect(second).toMatchObject([
      { outcome: "lease_held", pages: 0, watermark: null, lagSeconds: null },
    ]);
  });

  it("is given up at the end, also of a run that failed", async () => {
    await using bed = await startTestBed();
    vi.spyOn(bed.archive, "list").mockImplementationOnce(() => {
      throw new Error("x");
    });
    expect(await bed.run()).toMatchObject({ outcome: "failed" });
    expect(await bed.run()).toMatchObject({ outcome: "caught_up" });
  });

  it("I2: is kept after a write that failed, until it can take effect no more", async () => {
    await using bed = await startTestBed();
    vi.spyOn(bed.archive, "put").mockRejectedValueOnce(new Error("x"));
    expect(await bed.run()).toMatchObject({ outcome: "failed" });
    bed.clock.advance(20_000);
    expect(await bed.run()).toMatchObject({ outcome: "lease_held" });
    bed.clock.advance(10_000);
    expect(await bed.run()).toMatchObject({ outcome: "caught_up", entries: 12 });
  });

  it("stops a run that stood still for too long, before it writes", async () => {
    await using bed = await startTestBed();
    bed.slack.onCall = ({ number }) => {
      if (number === 2) {
        bed.clock.advance(3_600_000);
      }
    };
    const summary = await bed.run();
    expect(summary).toMatchObject({ outcome: "lease_lost" });
    expect(bed.archive.objects.size).toBeLessThanOrEqual(1);
    await bed.runToQuiescence();
    await bed.expectArchiveToEqualTruth();
  });

  it("stops a run whose checkpoint another has taken over", async () => {
    await using bed = await startTestBed();
    vi.spyOn(bed.checkpoints, "save").mockRejectedValueOnce(new LeaseLostError("acme"));
    expect(await bed.run()).toMatchObject({ outcome: "lease_lost" });
  });
});

describe("I1, I4: what cannot be read", () => {
  it.each(ENTRY_PROBLEMS)(
    "is kept in quarantine, once, and the run goes on: %s",
    async (problem) => {
      await using bed = await startTestBed([
        ...makeEntries(12),
        makeMalformedEntry(problem, START + 4),
      ]);
      expect(await bed.run()).toMatchObject({
        outcome: "caught_up",
        entries: 12,
        quarantined: 1,
      });
      await bed.runToQuiescence();
      const kept = [...bed.archive.objects.keys()].filter((key) =>
        key.startsWith("quarantine/source=acme/"),
      );
      expect(kept).toHaveLength(1);
    },
  );

  it("is kept although it lies outside the window that was asked for", async () => {
    await using bed = await startTestBed();
    const stray = makeEntry({ dateCreate: START + 3500 });
    bed.slack.faults.next({ kind: "extra_entry", text: stray.text });
    expect(await bed.run()).toMatchObject({ entries: 13 });
    expect((await bed.archived()).get(stray.id ?? "")).toBe(stray.text);
  });

  it("is kept in quarantine when it lies outside what the run has claimed", async () => {
    await using bed = await startTestBed();
    const stray = makeEntry({ dateCreate: START - 86_400 });
    bed.slack.faults.next({ kind: "extra_entry", text: stray.text });
    expect(await bed.run()).toMatchObject({ entries: 12, quarantined: 1 });
    const [key = ""] = [...bed.archive.objects.keys()].filter((key) =>
      key.startsWith("quarantine/"),
    );
    const lines = await decodeLines(key, await bed.archive.get(key));
    expect(lines.map((line) => Buffer.from(line).toString())).toEqual([stray.text]);
  });
});

describe("I6: an end from outside", () => {
  it("leaves the state saved", async () => {
    await using bed = await startTestBed();
    const controller = new AbortController();
    bed.slack.onCall = ({ number }) => {
      if (number === 3) {
        controller.abort();
      }
    };
    expect(await bed.run({ signal: controller.signal })).toMatchObject({
      outcome: "interrupted",
      pages: 2,
    });
    expect(bed.checkpoints.saved).toHaveLength(2);
    expect(await bed.run()).toMatchObject({ outcome: "caught_up" });
    await bed.expectArchiveToEqualTruth();
  });

  it("comes with the deadline", async () => {
    await using bed = await startTestBed(makeEntries(60));
    bed.slack.onCall = () => bed.clock.advance(1000);
    expect(await bed.run({ deadlineMs: bed.clock.nowMs() + 4000 })).toMatchObject({
      outcome: "out_of_time",
      pages: 4,
    });
  });
});

describe("a token that Slack refuses", () => {
  it("is read again once", async () => {
    await using bed = await startTestBed();
    const { ports } = bed;
    const old = bed.slack.token;
    bed.slack.token = "xoxp-rotated";
    const refresh = vi.fn(async () => (current = "xoxp-rotated"));
    let current = old;
    const { createSlackSource } = await import("../../lib/run/slack-source.ts");
    const slack = createSlackSource({
      tokens: { get: async () => current, refresh },
      baseUrl: bed.slack.baseUrl,
      clock: bed.clock,
    });
    expect(await bed.run({}, { ...ports, slack })).toMatchObject({ outcome: "caught_up" });
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("fails the run when it is refused again", async () => {
    await using bed = await startTestBed();
    bed.slack.faults.when(() => "token_refused");
    const summary = await bed.run();
    expect(summary).toMatchObject({ outcome: "failed", error: { name: "SlackApiError" } });
    expect(causeOf(summary)).toBeInstanceOf(SlackApiError);
    expect(bed.slack.stats.calls).toBe(2);
  });
});

describe("I5: a listing without an end", () => {
  it.each([
    ["empty pages", () => ""],
    ["the same page", () => makeEntry({ id: "again", dateCreate: START }).text],
  ])("fails the run: %s, each with a new cursor", async (_, entry) => {
    await using bed = await startTestBed();
    bed.slack.faults.when(({ number }) => ({
      kind: "body",
      status: 200,
      contentType: "application/json",
      body: `{"entries":[${entry()}],"response_metadata":{"next_cursor":"page-${number}"}}`,
    }));
    const summary = await bed.run();
    expect(summary).toMatchObject({ outcome: "failed", error: { code: "endless_listing" } });
  });

  it("fails the run: a cursor that leads to itself", async () => {
    await using bed = await startTestBed();
    bed.slack.faults.when(() => ({
      kind: "body",
      status: 200,
      contentType: "application/json",
      body: '{"entries":[],"response_metadata":{"next_cursor":"round"}}',
    }));
    expect(await bed.run()).toMatchObject({
      outcome: "failed",
      error: { code: "endless_listing" },
    });
  });
});

describe("the checkpoint", () => {
  it("carries nothing of a finished window", async () => {
    await using bed = await startTestBed();
    await bed.run();
    const last: Checkpoint | undefined = bed.checkpoints.saved.at(-1);
    expect(last).toMatchObject({ start: START, watermark: START + 3540, pageCursor: undefined });
  });
});
