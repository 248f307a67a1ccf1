import { describe, expect, it } from "vitest";
import { makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { addendumKey, manifestKey } from "../../lib/archive/sealed-day.ts";
import { importEntries } from "../../lib/import/import-entries.ts";
import { daysToSeal } from "../../lib/seal/days-to-seal.ts";
import { hashOf, parseManifest } from "../../lib/seal/manifest.ts";
import { verify } from "../../lib/seal/verify.ts";
import { parseExport } from "../../lib/slack/export-file.ts";
import { START, type TestBed } from "../ingest/test-bed.ts";
import { close, DAY, manifestOf, SOURCE, settle, startSettledTestBed } from "./test-bed.ts";

const NEXT_DAY = "2026-03-03";

/** A sealed day, and an entry of it that Slack shows only now. */
async function startSealedTestBed(): Promise<{ bed: TestBed; late: ReturnType<typeof makeEntry> }> {
  const bed = await startSettledTestBed(makeEntries(12));
  expect(await close(bed)).toMatchObject({ outcome: "sealed" });
  const late = makeEntry({ dateCreate: START + 5000 });
  bed.slack.add([late]);
  return { bed, late };
}

/** A live run that looks further back than any before it, as `status` may have recommended. */
async function runFurtherBack(bed: TestBed): Promise<void> {
  bed.settings.allowedLatenessSeconds = 3 * 86_400;
  bed.clock.advance(3 * 86_400_000);
  expect(await bed.run()).toMatchObject({ outcome: "caught_up", lateEntries: 1 });
}

async function revisionOf(bed: TestBed, revision: number) {
  const key = manifestKey(SOURCE, DAY, revision);
  return parseManifest(key, await bed.archive.get(key));
}

describe("an entry that appears after its day was sealed", () => {
  it("is stored, noted, and no damage", async () => {
    const { bed, late } = await startSealedTestBed();
    await using _ = bed;
    await runFurtherBack(bed);
    expect((await bed.archived()).get(late.id ?? "")).toBe(late.text);
    expect(bed.archive.objects.has(addendumKey(SOURCE, DAY, 2))).toBe(true);
    expect(await verify(bed.archive, { source: SOURCE })).toMatchObject({
      damages: [],
      addenda: [{ day: DAY, objects: 1 }],
    });
    const [key = ""] =
      [...bed.archive.objects].findLast(([key]) => key.startsWith("audit_logs/")) ?? [];
    bed.archive.objects.set(key, Buffer.from("no gzip"));
    expect((await verify(bed.archive, { source: SOURCE })).damages).toEqual([
      { kind: "object_changed", key, problem: "it is not whole gzip" },
    ]);
  });

  it("is sealed by a second manifest, which names the first", async () => {
    const { bed } = await startSealedTestBed();
    await using _ = bed;
    const first = await bed.archive.get(manifestKey(SOURCE, DAY));
    await runFurtherBack(bed);
    const settings = { source: SOURCE, allowedLatenessSeconds: 0, sealDelaySeconds: 0 };
    bed.settings.allowedLatenessSeconds = 0;
    bed.clock.advance(7 * 86_400_000);
    await bed.run();
    expect((await daysToSeal(bed.ports, settings, 1))[0]).toBe(DAY);

    expect(await close(bed)).toMatchObject({ outcome: "sealed", manifest: { revision: 2 } });

    const second = await revisionOf(bed, 2);
    expect(second).toMatchObject({ revision: 2, amends: hashOf(first), sequence: 2, archived: 13 });
    expect(await bed.archive.get(manifestKey(SOURCE, DAY))).toEqual(first);
    await bed.expectArchiveToEqualTruth();
    const report = await verify(bed.archive, { source: SOURCE });
    expect(report).toMatchObject({ damages: [], addenda: [], manifests: 2, unreconciled: [] });
    expect(await close(bed)).toMatchObject({ outcome: "already_sealed" });
  });

  it("is found by a seal that is asked to look again", async () => {
    const { bed } = await startSealedTestBed();
    await using _ = bed;
    expect(await close(bed)).toMatchObject({ outcome: "already_sealed" });
    expect(await close(bed, { again: true })).toMatchObject({
      outcome: "sealed",
      manifest: { revision: 2, late: 1, archived: 13 },
    });
    await bed.expectArchiveToEqualTruth();
    expect((await verify(bed.archive, { source: SOURCE })).damages).toEqual([]);
  });

  it("stands out when Slack does not list it, though it was noted", async () => {
    const { bed } = await startSealedTestBed();
    await using _ = bed;
    const forged = makeEntry({ dateCreate: START + 5001 });
    const files = [{ name: "forged.json", entries: parseExport(Buffer.from(forged.text)) }];
    const report = await importEntries(bed.ports, SOURCE, files);
    expect(report).toMatchObject({ stored: 1, addenda: [{ id: forged.id, day: DAY }] });
    expect(await close(bed)).toMatchObject({ outcome: "sealed" });
    expect(await revisionOf(bed, 2)).toMatchObject({ only_in_archive: 1, late: 1 });
    expect((await verify(bed.archive, { source: SOURCE })).unreconciled).toEqual([DAY]);
  });
});

describe("a note", () => {
  it.each([
    ["is empty", ""],
    ["names no manifest of the day", JSON.stringify({ amends: "ab".repeat(32) })],
  ])("that %s makes no addendum of what was added", async (_, note) => {
    const { bed, late } = await startSealedTestBed();
    await using _bed = bed;
    const dateCreate = START + 5000;
    const { key, body } = await encodeObject(SOURCE, [
      { id: late.id ?? "", dateCreate, bytes: Buffer.from(late.text) },
    ]);
    await bed.archive.put(addendumKey(SOURCE, DAY, 2), Buffer.from(note));
    await bed.archive.put(key, body);
    const { damages, addenda } = await verify(bed.archive, { source: SOURCE });
    expect(damages).toMatchObject([
      { kind: "object_added", key },
      { kind: "addendum_changed", key: addendumKey(SOURCE, DAY, 2) },
    ]);
    expect(addenda).toEqual([]);
  });
});

describe("the note of a day that was sealed again", () => {
  const NOTE = addendumKey(SOURCE, DAY, 2);

  async function startSealedAgain(): Promise<TestBed> {
    const { bed } = await startSealedTestBed();
    await close(bed, { again: true });
    return bed;
  }

  const damagesOf = async (bed: TestBed) =>
    (await verify(bed.archive, { source: SOURCE })).damages.map(({ kind, key }) => [kind, key]);

  it("is checked, each byte of it", async () => {
    await using bed = await startSealedAgain();
    const note = Buffer.from(await bed.archive.get(NOTE));
    expect(await damagesOf(bed)).toEqual([]);
    const damaged = Array.from(note, (byte, at) => {
      const flipped = Buffer.from(note);
      flipped[at] = byte ^ (1 << (at % 8));
      return flipped;
    });
    for (const body of [...damaged, Buffer.alloc(0), note.subarray(1), Buffer.from(`${note} `)]) {
      bed.archive.objects.set(NOTE, body);
      expect(await damagesOf(bed), `${body}`).toEqual([["addendum_changed", NOTE]]);
    }
  });

  it("is missing when it was deleted", async () => {
    await using bed = await startSealedAgain();
    bed.archive.objects.delete(NOTE);
    expect(await damagesOf(bed)).toEqual([["addendum_missing", NOTE]]);
  });

  it("is not that of another day, or of no manifest", async () => {
    await using bed = await startSealedAgain();
    const note = await bed.archive.get(NOTE);
    for (const [day, revision] of [
      [NEXT_DAY, 2],
      [DAY, 3],
    ] as const) {
      const key = addendumKey(SOURCE, day, revision);
      bed.archive.objects.set(key, note);
      expect(await damagesOf(bed)).toEqual([["addendum_changed", key]]);
      bed.archive.objects.delete(key);
    }
  });

  it("tells that the newest manifest was taken away", async () => {
    const { bed } = await startSealedTestBed();
    await using _ = bed;
    await runFurtherBack(bed);
    const first = manifestKey(SOURCE, DAY);
    bed.archive.objects.delete(first);
    expect(await damagesOf(bed)).toEqual([["manifest_missing", first]]);
  });
});

describe("a later manifest of a day", () => {
  it("may not drop what an earlier one has sealed", async () => {
    const { bed } = await startSealedTestBed();
    await using _ = bed;
    const [dropped = ""] = [...bed.archive.objects.keys()].filter((key) =>
      key.startsWith("audit_logs/"),
    );
    const body = await bed.archive.get(dropped);
    bed.archive.objects.delete(dropped);
    await close(bed, { again: true });
    const { damages } = await verify(bed.archive, { source: SOURCE });
    expect(damages).toMatchObject([{ kind: "object_dropped", key: dropped }]);
    expect(body.length).toBeGreaterThan(0);
  });

  it("leaves a trace when it is taken away, with the head or with a later day", async () => {
    const { bed } = await startSealedTestBed();
    await using _ = bed;
    const { manifest } = await close(bed, { again: true });
    await settle(bed);
    await close(bed, { day: NEXT_DAY });
    bed.archive.objects.delete(manifestKey(SOURCE, DAY, 2));
    const { damages } = await verify(bed.archive, { source: SOURCE, head: manifest?.sha256 });
    expect(damages.map(({ kind }) => kind)).toContain("manifest_missing");
  });
});

describe("a seal", () => {
  it("is not settled while the live runs look further back than it was told", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    bed.settings.allowedLatenessSeconds = 3 * 86_400;
    bed.clock.advance(3_600_000);
    await bed.run();
    expect(await close(bed, { allowedLatenessSeconds: 60 })).toMatchObject({
      outcome: "not_settled",
      reason: expect.stringContaining("rescan 259200 s"),
    });
  });

  it("has what was stored between two attempts of which another day came between", async () => {
    await using bed = await startSettledTestBed(makeEntries(12, { from: START, stepSeconds: 900 }));
    await settle(bed);
    bed.slack.onCall = () => bed.clock.advance(2000);
    const interrupted = await close(bed, {}, { deadlineMs: bed.clock.nowMs() + 5000 });
    expect(interrupted).toMatchObject({ outcome: "out_of_time" });
    bed.slack.onCall = undefined;
    expect(await close(bed, { day: NEXT_DAY })).toMatchObject({ outcome: "sealed" });
    const between = makeEntry({ dateCreate: START + 60 });
    bed.slack.add([between]);
    const files = [{ name: "export.json", entries: parseExport(Buffer.from(between.text)) }];
    await importEntries(bed.ports, SOURCE, files);

    expect(await close(bed)).toMatchObject({ outcome: "sealed" });

    expect(await manifestOf(bed)).toMatchObject({ listed: 13, archived: 13 });
    expect(await verify(bed.archive, { source: SOURCE })).toMatchObject({
      damages: [],
      unreconciled: [],
    });
  });

  it("compares anew what was stored while it was interrupted", async () => {
    await using bed = await startSettledTestBed(makeEntries(12, { from: START, stepSeconds: 900 }));
    bed.slack.onCall = () => bed.clock.advance(2000);
    await close(bed, {}, { deadlineMs: bed.clock.nowMs() + 5000 });
    bed.slack.onCall = undefined;
    const between = makeEntry({ dateCreate: START + 60 });
    bed.slack.add([between]);
    const files = [{ name: "export.json", entries: parseExport(Buffer.from(between.text)) }];
    await importEntries(bed.ports, SOURCE, files);
    expect(await close(bed)).toMatchObject({ outcome: "sealed" });
    expect(await manifestOf(bed)).toMatchObject({ listed: 13, archived: 13, only_in_archive: 0 });
    expect(await verify(bed.archive, { source: SOURCE })).toMatchObject({ damages: [] });
  });

  it("reports foreign files in the day's folders, and seals the day", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    const day = `source=${SOURCE}/dt=${DAY}/`;
    const inHour = `audit_logs/${day}hour=09/notes.txt`;
    const outside = [
      `audit_logs/${day}hour=24/0000000000-0000000000-0123456789abcdef.json.gz`,
      `audit_logs/${day}notes.txt`,
      `quarantine/${day}hour=24/0123456789abcdef.json.gz`,
    ];
    const plant = (key: string) => bed.archive.objects.set(key, Buffer.from("hello"));
    for (const key of [inHour, ...outside]) plant(key);

    expect(await close(bed)).toMatchObject({ outcome: "sealed", manifest: { foreign: 4 } });

    const { hours, foreign } = await manifestOf(bed);
    expect(hours[9]?.foreign).toEqual([{ key: inHour, size_bytes: 5 }]);
    expect(foreign).toEqual(outside.map((key) => ({ key, size_bytes: 5 })));
    const sealed = await verify(bed.archive, { source: SOURCE });
    expect(sealed).toMatchObject({ damages: [], unreconciled: [] });
    expect(sealed.foreign.sort()).toEqual([...outside, inHour].sort());
    const other = { source: SOURCE, from: NEXT_DAY };
    expect((await verify(bed.archive, other)).foreign.sort()).toEqual(sealed.foreign);
    for (const name of ["hour=09/more.txt", "more.txt"]) plant(`audit_logs/${day}${name}`);
    expect((await verify(bed.archive, { source: SOURCE })).damages).toMatchObject([
      { kind: "path_unknown", key: `audit_logs/${day}hour=09/more.txt` },
      { kind: "path_unknown", key: `audit_logs/${day}more.txt` },
    ]);
  });
});
