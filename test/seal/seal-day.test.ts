import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeEntries, makeMalformedEntry } from "../../fake-slack/entries.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { sealLane, spanLane } from "../../lib/archive/lane.ts";
import { manifestKey, signatureKey } from "../../lib/archive/sealed-day.ts";
import { PemManifestSigner } from "../../lib/local/pem-manifest-signer.ts";
import { latenessIn } from "../../lib/run/lateness.ts";
import { encodeManifest, hashOf } from "../../lib/seal/manifest.ts";
import { isSignedBy } from "../../lib/seal/signature.ts";
import { verify } from "../../lib/seal/verify.ts";
import { startOfDay } from "../../lib/time.ts";
import { countAwaits, Interruption, killAt, type Moment } from "../ingest/interruption.ts";
import { START, startTestBed, type TestBed } from "../ingest/test-bed.ts";
import { makeHour, makeManifest } from "./make-manifest.ts";
import {
  close,
  DAY,
  expectSealed,
  manifestOf,
  SOURCE,
  settle,
  startSettledTestBed,
} from "./test-bed.ts";

const emptyHours = () => Array.from({ length: 24 }, (_, hour) => makeHour(hour));

const NEXT_DAY = "2026-03-03";
const MOMENTS: Moment[] = ["before", "after"];

/** An entry that Slack showed only when no run looked there any more. */
function addLateEntries(bed: TestBed, count: number): void {
  bed.slack.add(makeEntries(count, { from: START + 4000, stepSeconds: 300 }));
}

/** A day with entries in two hours, of which some are missing in the archive. */
async function startLateTestBed(): Promise<TestBed> {
  const bed = await startSettledTestBed(makeEntries(12, { from: START + 3400, stepSeconds: 40 }));
  addLateEntries(bed, 5);
  return bed;
}

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
    const tally = () => bed.checkpoints.items.get(sealLane(SOURCE))?.checkpoint?.tally;
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

  it("is not signed when something else wrote its manifest", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const pem = Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" }));
    await using bed = await startSettledTestBed();
    const manifest = makeManifest({
      source: SOURCE,
      day: DAY,
      hours: emptyHours(),
      listed: 0,
      archived: 0,
    });
    bed.archive.objects.set(manifestKey(SOURCE, DAY), encodeManifest(manifest));
    const ports = { ...bed.ports, signer: new PemManifestSigner(pem) };
    expect(await close(bed, {}, {}, ports)).toMatchObject({ outcome: "already_sealed" });
    expect(bed.archive.objects.has(signatureKey(SOURCE, DAY))).toBe(false);
  });

  it("is signed by the next close when the first was killed before it could", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const pem = Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" }));
    await using bed = await startSettledTestBed();
    const dying = { sign: () => Promise.reject(new Error("killed")) };
    expect(await close(bed, {}, {}, { ...bed.ports, signer: dying })).toMatchObject({
      outcome: "failed",
    });
    const ports = { ...bed.ports, signer: new PemManifestSigner(pem) };
    expect(await close(bed, {}, {}, ports)).toMatchObject({ outcome: "already_sealed" });
    const manifest = await bed.archive.get(manifestKey(SOURCE, DAY));
    const signature = await bed.archive.get(signatureKey(SOURCE, DAY));
    expect(isSignedBy(publicKey, manifest, signature)).toBe(true);
  });

  it("is signed when there is a signer", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const pem = Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" }));
    await using bed = await startSettledTestBed();
    await close(bed, {}, {}, { ...bed.ports, signer: new PemManifestSigner(pem) });
    const manifest = await bed.archive.get(manifestKey(SOURCE, DAY));
    const signature = await bed.archive.get(signatureKey(SOURCE, DAY));
    expect(isSignedBy(publicKey, manifest, signature)).toBe(true);
  });
});

describe("the chain", () => {
  it("names the day that was sealed before", async () => {
    await using bed = await startSettledTestBed();
    await close(bed);
    await settle(bed);
    await close(bed, { day: NEXT_DAY });
    const first = await bed.archive.get(manifestKey(SOURCE, DAY));
    expect(await manifestOf(bed, NEXT_DAY)).toMatchObject({
      sequence: 2,
      previous: { day: DAY, sha256: hashOf(first) },
    });
    await expectSealed(bed, [DAY, NEXT_DAY]);
  });

  it("goes on in the order of sealing, whatever the order of days", async () => {
    await using bed = await startSettledTestBed();
    await settle(bed);
    await close(bed, { day: NEXT_DAY });
    await close(bed);
    expect(await manifestOf(bed)).toMatchObject({ sequence: 2, previous: { day: NEXT_DAY } });
    await expectSealed(bed, [DAY, NEXT_DAY]);
  });

  it.each(["lost", "old"])(
    "is found again in the archive when the checkpoint is %s",
    async (how) => {
      await using bed = await startSettledTestBed();
      await settle(bed);
      await settle(bed);
      await close(bed);
      const old = await bed.checkpoints.read(sealLane(SOURCE));
      await close(bed, { day: NEXT_DAY });
      bed.checkpoints.items.delete(sealLane(SOURCE));
      if (how === "old" && old) bed.checkpoints.items.set(sealLane(SOURCE), old);
      await close(bed, { day: "2026-03-04" });
      await expectSealed(bed, [DAY, NEXT_DAY, "2026-03-04"]);
    },
  );
});

describe("a close that is interrupted", () => {
  const awaitsOfSeal = async () => {
    await using bed = await startLateTestBed();
    return await countAwaits(bed.ports, (ports) => close(bed, {}, {}, ports));
  };

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

describe("a day that is not settled", () => {
  it.each<[string, (bed: TestBed) => void, string]>([
    [
      "has just ended",
      (bed) => bed.clock.advance(startOfDay(NEXT_DAY) * 1000 - bed.clock.nowMs() + 60_000),
      "it ends at 2026-03-03T00:00:00Z and is sealed 7200 s later at the earliest",
    ],
    [
      "is one that no run has come past",
      (bed) => bed.clock.advance(2 * 86_400_000),
      "late entries may still arrive: runs have reached 2026-03-02T09:59:00Z and rescan 900 s",
    ],
  ])("%s", async (_, wait, reason) => {
    await using bed = await startTestBed();
    await bed.run();
    wait(bed);
    expect(await close(bed)).toMatchObject({ outcome: "not_settled", reason, pages: 0 });
  });

  it("is one before the archive begins", async () => {
    await using bed = await startSettledTestBed();
    expect((await close(bed, { day: "2026-03-01" })).reason).toBe(
      'the archive of "acme" begins at 2026-03-02T09:00:00Z; run backfill to archive earlier days',
    );
  });

  it("is one of a source that never ran", async () => {
    await using bed = await startSettledTestBed();
    expect((await close(bed, { source: "other" })).reason).toBe(
      '"other" has no completed run; run ingest first',
    );
  });

  it("is one that a backfill has not come past", async () => {
    await using bed = await startSettledTestBed();
    const from = startOfDay("2026-03-01");
    const lane = spanLane(SOURCE, { from, until: START });
    const checkpoint = { start: from, watermark: from + 3600, entriesPerSecond: 0 };
    const item = { checkpoint, lease: undefined, updatedAt: 0 };
    bed.checkpoints.items.set(lane, item);
    const reason = `the backfill ${lane} has not finished this day`;
    expect(await close(bed)).toMatchObject({ outcome: "not_settled", reason });
    expect(await close(bed, { day: "2026-03-01" })).toMatchObject({ reason });
    item.checkpoint = { ...checkpoint, watermark: startOfDay(DAY) };
    expect(await close(bed, { day: "2026-03-01" })).toMatchObject({ outcome: "sealed" });
    expect(await close(bed)).toMatchObject({ reason });
    item.checkpoint = { ...checkpoint, watermark: START };
    expect(await close(bed)).toMatchObject({ outcome: "sealed" });
  });
});
