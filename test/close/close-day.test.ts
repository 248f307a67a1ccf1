import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { closeLane, spanLane } from "../../lib/archive/lane.ts";
import { encodeManifest, hashOf, manifestKey, startOfDay } from "../../lib/close/manifest.ts";
import { isSignedBy, signatureKey } from "../../lib/close/signature.ts";
import { verify } from "../../lib/close/verify.ts";
import { latenessIn } from "../../lib/ingest/lateness.ts";
import { PemManifestSigner } from "../../lib/local/pem-manifest-signer.ts";
import { makeEntries, makeMalformedEntry } from "../fakes/entries.ts";
import { countAwaits, Interruption, killAt, type Moment } from "../ingest/interruption.ts";
import { START, startWorld, type World } from "../ingest/world.ts";
import {
  close,
  DAY,
  expectSealed,
  manifestOf,
  SOURCE,
  settle,
  startSettledWorld,
} from "./close-world.ts";
import { makeHour, makeManifest } from "./make-manifest.ts";

const emptyHours = () => Array.from({ length: 24 }, (_, hour) => makeHour(hour));

const NEXT_DAY = "2026-03-03";
const MOMENTS: Moment[] = ["before", "after"];

/** An entry that Slack showed only when no run looked there any more. */
function addLateEntries(world: World, count: number): void {
  world.slack.add(makeEntries(count, { from: START + 4000, stepSeconds: 300 }));
}

/** A day with entries in two hours, of which some are missing in the archive. */
async function startLateWorld(): Promise<World> {
  const world = await startSettledWorld(makeEntries(12, { from: START + 3400, stepSeconds: 40 }));
  addLateEntries(world, 5);
  return world;
}

describe("a settled day", () => {
  it("is sealed with what both sides hold, hour by hour", async () => {
    await using world = await startSettledWorld(makeEntries(12, { from: START + 3400 }));
    const summary = await close(world);
    const manifest = await manifestOf(world);
    const bytes = await world.archive.get(manifestKey(SOURCE, DAY));
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
    await expectSealed(world);
  });

  it("covers the hours before the live runs began, too", async () => {
    await using world = await startSettledWorld([
      ...makeEntries(3, { from: startOfDay(DAY) + 60 }),
      ...makeEntries(4),
    ]);
    expect((await world.archived()).size).toBe(4);
    expect(await close(world)).toMatchObject({ manifest: { listed: 7, archived: 7, late: 3 } });
    await expectSealed(world);
  });

  it("gets what was missing, counted as late", async () => {
    await using world = await startLateWorld();
    const { manifest } = await close(world);
    expect(manifest).toMatchObject({ listed: 17, archived: 17, late: 5, isReconciled: true });
    expect(Object.values(manifest?.lateness ?? {})).toEqual([5]);
    await expectSealed(world);
  });

  it("tells how many the live runs had missed, once they had begun", async () => {
    await using world = await startSettledWorld();
    const tally = () => world.checkpoints.items.get(closeLane(SOURCE))?.checkpoint?.tally;
    addLateEntries(world, 5);
    await close(world);
    // The archive begins within the first day.
    expect(tally()).toEqual({
      allowedLatenessSeconds: 900,
      startedAtMs: world.clock.nowMs(),
    });

    await settle(world);
    world.slack.add(makeEntries(4, { from: startOfDay(NEXT_DAY) + 7200 }));
    await close(world, { day: NEXT_DAY });
    expect(tally()).toMatchObject({ days: 1, entries: 4 });
    const { lateness } = await manifestOf(world, NEXT_DAY);
    expect(latenessIn(tally() ?? {})).toEqual(lateness);

    await close(world, { day: NEXT_DAY });
    expect(tally()).toMatchObject({ days: 1, entries: 4 });
  });

  it("without a single entry is sealed as one in which nothing happened", async () => {
    await using world = await startSettledWorld([]);
    expect(await close(world)).toMatchObject({ outcome: "sealed", manifest: { listed: 0 } });
    await expectSealed(world);
  });

  it("with more entries in a second than a page holds is sealed", async () => {
    await using world = await startSettledWorld(
      makeEntries(20, { from: START + 60, stepSeconds: 0 }),
    );
    expect(await close(world)).toMatchObject({ manifest: { listed: 20, archived: 20 } });
    await expectSealed(world);
  });

  it("says which ids only the archive has", async () => {
    await using world = await startSettledWorld();
    const bytes = Buffer.from('{"id":"planted","date_create":1772442005}');
    const planted = { id: "planted", dateCreate: START + 5, bytes };
    const { key, body } = await encodeObject(SOURCE, [planted]);
    await world.archive.put(key, body);
    expect(await close(world)).toMatchObject({
      outcome: "sealed",
      manifest: { listed: 12, archived: 13, onlyInArchive: 1, isReconciled: false },
    });
    expect((await manifestOf(world)).hours[9]).toMatchObject({
      only_in_archive: 1,
      only_in_archive_ids: ["planted"],
    });
    expect(await verify(world.archive, { source: SOURCE })).toMatchObject({
      unreconciled: [DAY],
      damages: [],
    });
  });

  it("says which ids stand twice, at whatever time of the hour", async () => {
    await using world = await startSettledWorld();
    const [id = ""] = (await world.archived()).keys();
    const again = {
      id,
      dateCreate: START + 3000,
      bytes: Buffer.from(`{"id":"${id}","date_create":${START + 3000}}`),
    };
    const { key, body } = await encodeObject(SOURCE, [again]);
    await world.archive.put(key, body);
    const { manifest } = await close(world);
    expect(manifest).toMatchObject({ listed: 12, archived: 13, twice: 1, isReconciled: false });
    expect((await manifestOf(world)).hours[9]?.twice_ids).toEqual([id]);
  });

  it("keeps what cannot be read in quarantine, in its manifest", async () => {
    await using world = await startSettledWorld([
      ...makeEntries(5),
      makeMalformedEntry("no_id", START + 30),
    ]);
    expect(await close(world)).toMatchObject({ outcome: "sealed", manifest: { listed: 5 } });
    const { hours } = await manifestOf(world);
    expect(hours[9]?.quarantine.length).toBeGreaterThanOrEqual(1);
    expect(await verify(world.archive, { source: SOURCE })).toMatchObject({ damages: [] });
  });

  it("is sealed once", async () => {
    await using world = await startSettledWorld();
    await close(world);
    const before = new Map(world.archive.objects);
    addLateEntries(world, 3);
    expect(await close(world)).toMatchObject({
      outcome: "already_sealed",
      pages: 0,
      manifest: { sequence: 1 },
    });
    expect(world.archive.objects).toEqual(before);
  });

  it("is not signed when something else wrote its manifest", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const pem = Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" }));
    await using world = await startSettledWorld();
    const manifest = makeManifest({
      source: SOURCE,
      day: DAY,
      hours: emptyHours(),
      listed: 0,
      archived: 0,
    });
    world.archive.objects.set(manifestKey(SOURCE, DAY), encodeManifest(manifest));
    const ports = { ...world.ports, signer: new PemManifestSigner(pem) };
    expect(await close(world, {}, {}, ports)).toMatchObject({ outcome: "already_sealed" });
    expect(world.archive.objects.has(signatureKey(SOURCE, DAY))).toBe(false);
  });

  it("is signed by the next close when the first was killed before it could", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const pem = Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" }));
    await using world = await startSettledWorld();
    const dying = { sign: () => Promise.reject(new Error("killed")) };
    expect(await close(world, {}, {}, { ...world.ports, signer: dying })).toMatchObject({
      outcome: "failed",
    });
    const ports = { ...world.ports, signer: new PemManifestSigner(pem) };
    expect(await close(world, {}, {}, ports)).toMatchObject({ outcome: "already_sealed" });
    const manifest = await world.archive.get(manifestKey(SOURCE, DAY));
    const signature = await world.archive.get(signatureKey(SOURCE, DAY));
    expect(isSignedBy(publicKey, manifest, signature)).toBe(true);
  });

  it("is signed when there is a signer", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const pem = Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" }));
    await using world = await startSettledWorld();
    await close(world, {}, {}, { ...world.ports, signer: new PemManifestSigner(pem) });
    const manifest = await world.archive.get(manifestKey(SOURCE, DAY));
    const signature = await world.archive.get(signatureKey(SOURCE, DAY));
    expect(isSignedBy(publicKey, manifest, signature)).toBe(true);
  });
});

describe("the chain", () => {
  it("names the day that was sealed before", async () => {
    await using world = await startSettledWorld();
    await close(world);
    await settle(world);
    await close(world, { day: NEXT_DAY });
    const first = await world.archive.get(manifestKey(SOURCE, DAY));
    expect(await manifestOf(world, NEXT_DAY)).toMatchObject({
      sequence: 2,
      previous: { day: DAY, sha256: hashOf(first) },
    });
    await expectSealed(world, [DAY, NEXT_DAY]);
  });

  it("goes on in the order of sealing, whatever the order of days", async () => {
    await using world = await startSettledWorld();
    await settle(world);
    await close(world, { day: NEXT_DAY });
    await close(world);
    expect(await manifestOf(world)).toMatchObject({ sequence: 2, previous: { day: NEXT_DAY } });
    await expectSealed(world, [DAY, NEXT_DAY]);
  });

  it.each(["lost", "old"])(
    "is found again in the archive when the checkpoint is %s",
    async (how) => {
      await using world = await startSettledWorld();
      await settle(world);
      await settle(world);
      await close(world);
      const old = await world.checkpoints.read(closeLane(SOURCE));
      await close(world, { day: NEXT_DAY });
      world.checkpoints.items.delete(closeLane(SOURCE));
      if (how === "old" && old) world.checkpoints.items.set(closeLane(SOURCE), old);
      await close(world, { day: "2026-03-04" });
      await expectSealed(world, [DAY, NEXT_DAY, "2026-03-04"]);
    },
  );
});

describe("a close that is interrupted", () => {
  const awaitsOfClose = async () => {
    await using world = await startLateWorld();
    return await countAwaits(world.ports, (ports) => close(world, {}, {}, ports));
  };

  it.each(MOMENTS)("%s any await, and repeated, seals the day once", async (moment) => {
    const awaits = await awaitsOfClose();
    expect(awaits).toBeGreaterThan(100);
    for (let at = 1; at <= awaits; at += 8) {
      await using world = await startLateWorld();
      await close(world, {}, {}, killAt(at, moment, world.ports));
      world.clock.advance(3_600_000);
      expect(["sealed", "already_sealed"]).toContain((await close(world)).outcome);
      await settle(world);
      expect(await close(world, { day: NEXT_DAY })).toMatchObject({ outcome: "sealed" });
      await expectSealed(world, [DAY, NEXT_DAY]);
    }
  });

  it.each(MOMENTS)("%s any await by a second close seals the day once", async (moment) => {
    const awaits = await awaitsOfClose();
    for (let at = 2; at <= awaits; at += 17) {
      await using world = await startLateWorld();
      const outcomes: string[] = [];
      const join = new Interruption(at, moment, async () => {
        outcomes.push((await close(world)).outcome);
      });
      await close(world, {}, {}, join.wrap(world.ports));
      for (const outcome of outcomes) {
        expect(["lease_held", "already_sealed", "sealed"]).toContain(outcome);
      }
      expect(["sealed", "already_sealed"]).toContain((await close(world)).outcome);
      await expectSealed(world);
    }
  });

  it.each(MOMENTS)(
    "%s any await by standing still until another has sealed the day writes nothing more",
    async (moment) => {
      const awaits = await awaitsOfClose();
      for (let at = 2; at <= awaits; at += 17) {
        await using world = await startLateWorld();
        const freeze = new Interruption(at, moment, async () => {
          world.clock.advance(3_600_000);
          await close(world);
          if (moment === "before")
            throw new Error("the call timed out while the process stood still");
        });
        await close(world, {}, {}, freeze.wrap(world.ports));
        await settle(world);
        await close(world, { day: NEXT_DAY });
        await expectSealed(world, [DAY, NEXT_DAY]);
      }
    },
  );

  it("compares the day anew when the records of its hours are gone", async () => {
    await using world = await startLateWorld();
    const awaits = await awaitsOfClose();
    await close(world, {}, {}, killAt(awaits - 8, "before", world.ports));
    const records = [...world.archive.objects.keys()].filter((key) => key.startsWith("closing/"));
    expect(records.length).toBeGreaterThan(10);
    for (const key of records) world.archive.objects.delete(key);
    world.clock.advance(3_600_000);
    expect(await close(world)).toMatchObject({ outcome: "sealed", manifest: { listed: 17 } });
    await expectSealed(world);
  });

  it("goes on within the day", async () => {
    await using world = await startLateWorld();
    const calls = () => world.slack.stats.calls;
    const before = calls();
    await close(world);
    const whole = calls() - before;

    await using other = await startLateWorld();
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
    await using world = await startLateWorld();
    world.slack.faults.next({ kind: "throttled", retryAfter: "1800" }, 40);
    const { outcome, notBefore = 0 } = await close(
      world,
      {},
      {
        deadlineMs: world.clock.nowMs() + 60_000,
      },
    );
    expect(outcome).toBe("throttled");
    expect(notBefore - world.clock.nowMs()).toBe(1_800_000);
    world.slack.faults.clear();
    const calls = world.slack.stats.calls;
    expect(await close(world)).toMatchObject({ outcome: "throttled", notBefore });
    expect(world.slack.stats.calls).toBe(calls);
    world.clock.advance(1_800_000);
    expect(await close(world)).toMatchObject({ outcome: "sealed" });
  });

  it("throttled while Slack has asked the live runs to wait", async () => {
    await using world = await startLateWorld();
    const live = world.checkpoints.items.get(SOURCE);
    const notBefore = world.clock.nowMs() + 1_800_000;
    if (live?.checkpoint) live.checkpoint = { ...live.checkpoint, notBefore };
    expect(await close(world)).toMatchObject({ outcome: "throttled", notBefore, pages: 0 });
  });

  it("out of time, with its state saved", async () => {
    await using world = await startLateWorld();
    const { slack } = world;
    slack.latencyMs = 10_000;
    const limits = () => ({ deadlineMs: world.clock.nowMs() + 25_000 });
    const outcomes = new Set<string>();
    for (let closes = 0; !outcomes.has("sealed"); closes++) {
      expect(closes).toBeLessThan(60);
      outcomes.add((await close(world, {}, limits())).outcome);
    }
    expect([...outcomes]).toEqual(["out_of_time", "sealed"]);
    await expectSealed(world);
  });

  it("interrupted by its caller", async () => {
    await using world = await startLateWorld();
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    const { signal } = controller;
    expect(await close(world, {}, { signal, onProgress })).toMatchObject({
      outcome: "interrupted",
    });
    expect(await close(world)).toMatchObject({ outcome: "sealed" });
  });

  it("failed, with the error, when Slack refuses the token", async () => {
    await using world = await startLateWorld();
    world.slack.faults.next("token_refused", 5);
    const summary = await close(world);
    expect(summary).toMatchObject({ outcome: "failed", error: { code: "slack_api_error" } });
    expect(JSON.stringify(summary)).not.toContain(world.slack.token);
  });
});

describe("a day that is not settled", () => {
  it.each<[string, (world: World) => void, string]>([
    [
      "has just ended",
      (world) => world.clock.advance(startOfDay(NEXT_DAY) * 1000 - world.clock.nowMs() + 60_000),
      "it ends at 2026-03-03T00:00:00Z and is closed 7200 s later",
    ],
    [
      "is one that no run has come past",
      (world) => world.clock.advance(2 * 86_400_000),
      "the live runs may still find entries of it: they have come to 2026-03-02T09:59:00Z and look 900 s back for late ones",
    ],
  ])("%s", async (_, wait, reason) => {
    await using world = await startWorld();
    await world.run();
    wait(world);
    expect(await close(world)).toMatchObject({ outcome: "not_settled", reason, pages: 0 });
  });

  it("is one before the archive begins", async () => {
    await using world = await startSettledWorld();
    expect((await close(world, { day: "2026-03-01" })).reason).toBe(
      'the archive of "acme" begins at 2026-03-02T09:00:00Z; a backfill brings earlier days',
    );
  });

  it("is one of a source that never ran", async () => {
    await using world = await startSettledWorld();
    expect((await close(world, { source: "other" })).reason).toBe(
      'no run has taken anything in for "other" yet',
    );
  });

  it("is one that a backfill has not come past", async () => {
    await using world = await startSettledWorld();
    const from = startOfDay("2026-03-01");
    const lane = spanLane(SOURCE, { from, until: START });
    const checkpoint = { start: from, watermark: from + 3600, entriesPerSecond: 0 };
    const item = { checkpoint, lease: undefined, updatedAt: 0 };
    world.checkpoints.items.set(lane, item);
    const reason = `the backfill ${lane} has not come past it`;
    expect(await close(world)).toMatchObject({ outcome: "not_settled", reason });
    expect(await close(world, { day: "2026-03-01" })).toMatchObject({ reason });
    item.checkpoint = { ...checkpoint, watermark: startOfDay(DAY) };
    expect(await close(world, { day: "2026-03-01" })).toMatchObject({ outcome: "sealed" });
    expect(await close(world)).toMatchObject({ reason });
    item.checkpoint = { ...checkpoint, watermark: START };
    expect(await close(world)).toMatchObject({ outcome: "sealed" });
  });
});
