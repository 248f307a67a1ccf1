import { describe, expect, it } from "vitest";
import { makeEntries, makeMalformedEntry } from "../../fake-slack/entries.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { manifestKey } from "../../lib/archive/sealed-day.ts";
import { sealWriter } from "../../lib/archive/writer.ts";
import { latenessIn } from "../../lib/run/lateness.ts";
import { hashOf } from "../../lib/seal/manifest.ts";
import { verify } from "../../lib/seal/verify.ts";
import { startOfDay } from "../../lib/time.ts";
import { killAt } from "../ingest/interruption.ts";
import { START } from "../ingest/test-bed.ts";
import {
  addLateEntries,
  awaitsOfSeal,
  close,
  DAY,
  expectSealed,
  manifestOf,
  NEXT_DAY,
  SOURCE,
  settle,
  startLateTestBed,
  startSettledTestBed,
} from "./test-bed.ts";

describe("a settled day", () => {
  it("is sealed with what both sides hold, hour by hour", async () => {
    await using bed = await startSettledTestBed(makeEntries(12, { from: START + 3400 }));
    const summary = await close(bed);
    const manifest = await manifestOf(bed);
    const bytes = await bed.archive.get(manifestKey(SOURCE, DAY));
    expect(summary).toMatchObject({
      outcome: "sealed",
      day: DAY,
      manifest: {
        key: manifestKey(SOURCE, DAY),
        sha256: hashOf(bytes),
        sequence: 1,
        listed: 12,
        archived: 12,
        late: 0,
        onlyInArchive: 0,
        twice: 0,
        isReconciled: true,
      },
    });
    expect(manifest).toMatchObject({ sequence: 1, previous: null, listed: 12, archived: 12 });
    const hours = manifest.hours.filter(({ listed }) => listed > 0);
    expect(hours.map(({ hour, listed, archived }) => ({ hour, listed, archived }))).toEqual([
      { hour: 9, listed: 12, archived: 12 },
    ]);
    await expectSealed(bed);
  });

  it("covers the hours before the live runs began, too", async () => {
    await using bed = await startSettledTestBed([
      ...makeEntries(3, { from: startOfDay(DAY) + 60 }),
      ...makeEntries(4),
    ]);
    expect((await bed.archived()).size).toBe(4);
    expect(await close(bed)).toMatchObject({ manifest: { listed: 7, archived: 7, late: 3 } });
    await expectSealed(bed);
  });

  it("gets what was missing, counted as late", async () => {
    await using bed = await startLateTestBed();
    const { manifest } = await close(bed);
    expect(manifest).toMatchObject({ listed: 17, archived: 17, late: 5, isReconciled: true });
    expect(Object.values(manifest?.lateness ?? {})).toEqual([5]);
    await expectSealed(bed);
  });

  it("tells how many the live runs had missed, once they had begun", async () => {
    await using bed = await startSettledTestBed();
    const tally = () => bed.checkpoints.items.get(sealWriter(SOURCE))?.checkpoint?.tally;
    addLateEntries(bed, 5);
    await close(bed);
    // The archive begins within the first day.
    expect(tally()).toEqual({
      allowedLatenessSeconds: 900,
      startedAtMs: bed.clock.nowMs(),
    });

    await settle(bed);
    bed.slack.add(makeEntries(4, { from: startOfDay(NEXT_DAY) + 7200 }));
    await close(bed, { day: NEXT_DAY });
    expect(tally()).toMatchObject({ days: 1, entries: 4 });
    const { lateness } = await manifestOf(bed, NEXT_DAY);
    expect(latenessIn(tally() ?? {})).toEqual(lateness);

    await close(bed, { day: NEXT_DAY });
    expect(tally()).toMatchObject({ days: 1, entries: 4 });
  });

  it("without a single entry is sealed as one in which nothing happened", async () => {
    await using bed = await startSettledTestBed([]);
    expect(await close(bed)).toMatchObject({ outcome: "sealed", manifest: { listed: 0 } });
    await expectSealed(bed);
  });

  it("with more entries in a second than a page holds is sealed", async () => {
    await using bed = await startSettledTestBed(
      makeEntries(20, { from: START + 60, stepSeconds: 0 }),
    );
    expect(await close(bed)).toMatchObject({ manifest: { listed: 20, archived: 20 } });
    await expectSealed(bed);
  });

  it("says which ids only the archive has", async () => {
    await using bed = await startSettledTestBed();
    const bytes = Buffer.from('{"id":"planted","date_create":1772442005}');
    const planted = { id: "planted", dateCreate: START + 5, bytes };
    const { key, body } = await encodeObject(SOURCE, [planted]);
    await bed.archive.put(key, body);
    expect(await close(bed)).toMatchObject({
      outcome: "sealed",
      manifest: { listed: 12, archived: 13, onlyInArchive: 1, isReconciled: false },
    });
    expect((await manifestOf(bed)).hours[9]).toMatchObject({
      only_in_archive: 1,
      only_in_archive_ids: ["planted"],
    });
    expect(await verify(bed.archive, { source: SOURCE })).toMatchObject({
      unreconciled: [DAY],
      damages: [],
    });
  });

  it("says which ids stand twice, at whatever time of the hour", async () => {
    await using bed = await startSettledTestBed();
    const [id = ""] = (await bed.archived()).keys();
    const again = {
      id,
      dateCreate: START + 3000,
      bytes: Buffer.from(`{"id":"${id}","date_create":${START + 3000}}`),
    };
    const { key, body } = await encodeObject(SOURCE, [again]);
    await bed.archive.put(key, body);
    const { manifest } = await close(bed);
    expect(manifest).toMatchObject({ listed: 12, archived: 13, twice: 1, isReconciled: false });
    expect((await manifestOf(bed)).hours[9]?.twice_ids).toEqual([id]);
  });

  it("keeps what cannot be read in quarantine, in its manifest", async () => {
    await using bed = await startSettledTestBed([
      ...makeEntries(5),
      makeMalformedEntry("no_id", START + 30),
    ]);
    expect(await close(bed)).toMatchObject({ outcome: "sealed", manifest: { listed: 5 } });
    const { hours } = await manifestOf(bed);
    expect(hours[9]?.quarantine.length).toBeGreaterThanOrEqual(1);
    expect(await verify(bed.archive, { source: SOURCE })).toMatchObject({ damages: [] });
  });

  it("is named with the head of the chain, which may be another day's", async () => {
    await using bed = await startSettledTestBed();
    const first = await close(bed);
    expect(first.head).toMatchObject({ day: DAY, sequence: 1, sha256: first.manifest?.sha256 });
    await settle(bed);
    const second = await close(bed, { day: NEXT_DAY });
    expect(await close(bed)).toMatchObject({
      outcome: "already_sealed",
      manifest: { sequence: 1 },
      head: { day: NEXT_DAY, sequence: 2, sha256: second.manifest?.sha256 },
    });
  });

  it("is sealed once", async () => {
    await using bed = await startSettledTestBed();
    await close(bed);
    const before = new Map(bed.archive.objects);
    addLateEntries(bed, 3);
    expect(await close(bed)).toMatchObject({
      outcome: "already_sealed",
      pages: 0,
      manifest: { sequence: 1 },
    });
    expect(bed.archive.objects).toEqual(before);
  });
});

describe("a close that is interrupted", () => {
  it("compares the day anew when the records of its hours are gone", async () => {
    await using bed = await startLateTestBed();
    const awaits = await awaitsOfSeal();
    await close(bed, {}, {}, killAt(awaits - 8, "before", bed.ports));
    const records = [...bed.archive.objects.keys()].filter((key) => key.startsWith("closing/"));
    expect(records.length).toBeGreaterThan(10);
    for (const key of records) bed.archive.objects.delete(key);
    bed.clock.advance(3_600_000);
    expect(await close(bed)).toMatchObject({ outcome: "sealed", manifest: { listed: 17 } });
    await expectSealed(bed);
  });

  it("goes on within the day", async () => {
    await using bed = await startLateTestBed();
    const calls = () => bed.slack.stats.calls;
    const before = calls();
    await close(bed);
    const whole = calls() - before;

    await using other = await startLateTestBed();
    const otherBefore = other.slack.stats.calls;
    for (let closes = 0; ; closes++) {
      expect(closes).toBeLessThan(20);
      // Each run gets two pages further.
      let left = 2;
      const { slack, ...ports } = other.ports;
      const limited = {
        logsPage: async (...call: Parameters<typeof slack.logsPage>) => {
          left -= 1;
          return left >= 0 ? slack.logsPage(...call) : Promise.reject(new Error("killed"));
        },
      };
      const { outcome } = await close(other, {}, {}, { ...ports, slack: limited });
      other.clock.advance(3_600_000);
      if (outcome === "sealed") break;
    }
    expect(other.slack.stats.calls - otherBefore).toBeLessThan(whole + 20);
    await expectSealed(other);
  });
});

describe("a close ends", () => {
  it("throttled, and the next one waits as long as Slack asked", async () => {
    await using bed = await startLateTestBed();
    bed.slack.faults.next({ kind: "throttled", retryAfter: "1800" }, 40);
    const { outcome, notBefore = 0 } = await close(
      bed,
      {},
      {
        deadlineMs: bed.clock.nowMs() + 60_000,
      },
    );
    expect(outcome).toBe("throttled");
    expect(notBefore - bed.clock.nowMs()).toBe(1_800_000);
    bed.slack.faults.clear();
    const calls = bed.slack.stats.calls;
    expect(await close(bed)).toMatchObject({ outcome: "throttled", notBefore });
    expect(bed.slack.stats.calls).toBe(calls);
    bed.clock.advance(1_800_000);
    expect(await close(bed)).toMatchObject({ outcome: "sealed" });
  });

  it("throttled while Slack has asked the live runs to wait", async () => {
    await using bed = await startLateTestBed();
    const live = bed.checkpoints.items.get(SOURCE);
    const notBefore = bed.clock.nowMs() + 1_800_000;
    if (live?.checkpoint) live.checkpoint = { ...live.checkpoint, notBefore };
    expect(await close(bed)).toMatchObject({ outcome: "throttled", notBefore, pages: 0 });
  });

  it("out of time, with its state saved", async () => {
    await using bed = await startLateTestBed();
    const { slack } = bed;
    slack.latencyMs = 10_000;
    const limits = () => ({ deadlineMs: bed.clock.nowMs() + 25_000 });
    const outcomes = new Set<string>();
    for (let closes = 0; !outcomes.has("sealed"); closes++) {
      expect(closes).toBeLessThan(60);
      outcomes.add((await close(bed, {}, limits())).outcome);
    }
    expect([...outcomes]).toEqual(["out_of_time", "sealed"]);
    await expectSealed(bed);
  });

  it("interrupted by its caller", async () => {
    await using bed = await startLateTestBed();
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    const { signal } = controller;
    expect(await close(bed, {}, { signal, onProgress })).toMatchObject({
      outcome: "interrupted",
    });
    expect(await close(bed)).toMatchObject({ outcome: "sealed" });
  });

  it("failed, with the error, when Slack refuses the token", async () => {
    await using bed = await startLateTestBed();
    bed.slack.faults.next("token_refused", 5);
    const summary = await close(bed);
    expect(summary).toMatchObject({ outcome: "failed", error: { code: "slack_api_error" } });
    expect(JSON.stringify(summary)).not.toContain(bed.slack.token);
  });
});
