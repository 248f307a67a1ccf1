import { describe, expect, it } from "vitest";
import { makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { importEntries } from "../../lib/import/import-entries.ts";
import { verify } from "../../lib/seal/verify.ts";
import { parseExport } from "../../lib/slack/export-file.ts";
import { START, startTestBed, type TestBed } from "../ingest/test-bed.ts";
import { close, DAY, SOURCE, startSettledTestBed } from "../seal/test-bed.ts";

const HOUR = 3600;

function importTexts(bed: TestBed, ...texts: string[]) {
  const entries = parseExport(Buffer.from(texts.map((text) => `${text}\n`).join("")));
  return importEntries(bed.ports, SOURCE, [{ name: "export.ndjson", entries }]);
}

async function linesOf(bed: TestBed, key: string): Promise<string[]> {
  return (await decodeLines(key, await bed.archive.get(key))).map((line) =>
    Buffer.from(line).toString(),
  );
}

const forge = (text: string) => text.replace(/"action":"[^"]+"/, '"action":"user_logout"');

describe("what an import does not store", () => {
  it("is in quarantine under the hour that it claims, and named with its keys", async () => {
    await using bed = await startTestBed([]);
    const { text } = makeEntry({ dateCreate: START });
    const noId = `{"date_create":${START + 2 * HOUR},"action":"odd"}`;
    const noTime = '{"id":"timeless"}';

    const report = await importTexts(bed, text, forge(text), noId, noTime, text);

    const place = (entry: number) => ({ file: "export.ndjson", entry });
    expect(report).toMatchObject({
      stored: 1,
      repeated: [
        { ...place(2), keptInstead: place(1), sameText: false },
        { ...place(5), keptInstead: place(1), sameText: true },
      ],
      quarantined: [
        { ...place(2), missing: [] },
        { ...place(3), missing: ["id"] },
        { ...place(4), missing: ["date_create"] },
      ],
    });
    expect(report.quarantineKeys.map((key) => key.replace(/[0-9a-f]{16}/, "*"))).toEqual([
      `quarantine/source=${SOURCE}/dt=1970-01-01/hour=00/*.json.gz`,
      `quarantine/source=${SOURCE}/dt=${DAY}/hour=09/*.json.gz`,
      `quarantine/source=${SOURCE}/dt=${DAY}/hour=11/*.json.gz`,
    ]);
    const kept = await Promise.all(report.quarantineKeys.map((key) => linesOf(bed, key)));
    expect(kept).toEqual([[noTime], [forge(text)], [noId]]);
  });

  it("is an addendum to its day when that is sealed, and in the day's next manifest", async () => {
    const entries = makeEntries(3);
    await using bed = await startSettledTestBed(entries);
    await close(bed);

    const { quarantineKeys } = await importTexts(bed, forge(entries[0]?.text ?? ""));

    expect(await verify(bed.archive, { source: SOURCE })).toMatchObject({
      damages: [],
      addenda: [{ day: DAY, objects: 1 }],
    });
    expect(await close(bed)).toMatchObject({
      outcome: "sealed",
      manifest: { revision: 2, listed: 3, archived: 3, isReconciled: true },
    });
    const manifest = await bed.archive.get(`manifests/source=${SOURCE}/dt=${DAY}.2.json`);
    expect(JSON.parse(Buffer.from(manifest).toString()).hours[9].quarantine).toMatchObject([
      { key: quarantineKeys[0], entries: 1 },
    ]);
  });
});

describe("an import", () => {
  it("goes on when reading the archive takes longer than its lease", async () => {
    const hourly = makeEntries(12, { from: START, stepSeconds: HOUR });
    await using bed = await startSettledTestBed(hourly);
    const before = bed.clock.nowMs();
    const get = bed.archive.get.bind(bed.archive);
    bed.archive.get = async (key) => {
      bed.clock.advance(5 * 60_000);
      return get(key);
    };

    const { text } = makeEntry({ dateCreate: START + 24 * HOUR });
    expect(await importTexts(bed, text)).toMatchObject({ stored: 1 });

    expect(bed.clock.nowMs() - before).toBeGreaterThanOrEqual(HOUR * 1000);
  });
});

describe("an id that is archived at two times", () => {
  it("is already archived when one of its lines is the same", async () => {
    const entry = makeEntry({ dateCreate: START });
    await using bed = await startTestBed([entry]);
    const moved = entry.text.replace(String(START), String(START + 5 * HOUR));
    await importTexts(bed, moved);
    await bed.run();

    for (const text of [entry.text, moved]) {
      expect(await importTexts(bed, text)).toMatchObject({
        stored: 0,
        alreadyArchived: 1,
        quarantined: [],
      });
    }
  });
});
