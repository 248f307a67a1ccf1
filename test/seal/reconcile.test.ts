import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { makeEntries, makeEntry } from "../../fake-slack/entries.ts";
import { decodeLines } from "../../lib/archive/archive-object.ts";
import { parseObjectKey, toObjectKey } from "../../lib/archive/object-key.ts";
import { importEntries } from "../../lib/import/import-entries.ts";
import { verify } from "../../lib/seal/verify.ts";
import { parseExport } from "../../lib/slack/export-file.ts";
import { START, startTestBed, type TestBed } from "../ingest/test-bed.ts";
import {
  addLateEntries,
  close,
  DAY,
  expectSealed,
  manifestOf,
  NEXT_DAY,
  SOURCE,
  settle,
  startSettledTestBed,
} from "./test-bed.ts";

async function linesBelow(bed: TestBed, prefix: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { key } of bed.archive.list(prefix)) {
    for (const line of await decodeLines(key, await bed.archive.get(key))) {
      lines.push(Buffer.from(line).toString());
    }
  }
  return lines;
}

/** Somebody rewrites a stored line: other text, same id and time. */
async function rewriteLine(bed: TestBed): Promise<{ key: string; before: string; id: string }> {
  const [key = ""] = [...bed.archive.objects.keys()].filter((key) => key.startsWith("audit_logs/"));
  const [first = Buffer.alloc(0), ...others] = await decodeLines(key, await bed.archive.get(key));
  const before = Buffer.from(first).toString();
  const after = before.replace(/"action":"[^"]+"/, '"action":"user_logout"');
  expect(after).not.toBe(before);
  const lines = [after, ...others.map((line) => Buffer.from(line).toString())];
  bed.archive.objects.set(key, gzipSync(lines.map((line) => `${line}\n`).join("")));
  return { key, before, id: JSON.parse(before).id };
}

describe("a line that was rewritten between storing and sealing", () => {
  it("differs: it is counted, named, and Slack's text is kept in quarantine", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    const { key, before, id } = await rewriteLine(bed);

    expect(await close(bed)).toMatchObject({
      outcome: "sealed",
      manifest: { differs: 1, altered: 1, isReconciled: false },
    });

    const manifest = await manifestOf(bed);
    expect(manifest.differs).toBe(1);
    expect(manifest.hours[9]?.differs_ids).toEqual([id]);
    expect(manifest.hours[9]?.objects.filter(({ altered }) => altered)).toMatchObject([{ key }]);
    expect(await linesBelow(bed, "quarantine/")).toEqual([before]);
    expect(await verify(bed.archive, { source: SOURCE })).toMatchObject({
      damages: [],
      unreconciled: [DAY],
      differs: 1,
      differsIds: [id],
      altered: [key],
    });
  });
});

describe("an object that was renamed to other times", () => {
  it("is not sealed, and its lines are not stored once more", async () => {
    await using bed = await startSettledTestBed(makeEntries(12));
    const [key = ""] = [...bed.archive.objects.keys()];
    const name = parseObjectKey(key);
    if (name === undefined) throw new Error(`${key} is no object's`);
    const renamed = toObjectKey({ ...name, minDateCreate: name.maxDateCreate });
    bed.archive.objects.set(renamed, await bed.archive.get(key));
    bed.archive.objects.delete(key);

    expect(await close(bed)).toMatchObject({
      outcome: "failed",
      error: { code: "archive_object_unreadable" },
    });
    expect(await linesBelow(bed, "audit_logs/")).toHaveLength(12);

    bed.archive.objects.set(key, await bed.archive.get(renamed));
    bed.archive.objects.delete(renamed);
    expect(await close(bed)).toMatchObject({ outcome: "sealed" });
    await expectSealed(bed);
  });
});

describe("an export that was tampered with and imported first", () => {
  it("keeps Slack's entry out of the table, and is found when the day is sealed", async () => {
    const entries = makeEntries(12);
    await using bed = await startTestBed(entries);
    const [first] = entries;
    const forged = first?.text.replace(/"action":"[^"]+"/, '"action":"user_logout"') ?? "";
    const files = [{ name: "export.json", entries: parseExport(Buffer.from(forged)) }];
    await importEntries(bed.ports, SOURCE, files);
    await bed.run();
    await settle(bed);

    expect(await close(bed)).toMatchObject({
      outcome: "sealed",
      manifest: { differs: 1, altered: 0, isReconciled: false },
    });

    expect(await linesBelow(bed, "audit_logs/")).toContain(forged);
    expect(await linesBelow(bed, "quarantine/")).toEqual([first?.text]);
  });
});

describe("an export that gives an entry another time, and was imported first", () => {
  const MINUTE = 60;
  const HOUR = 60 * MINUTE;
  /** Another entry of the export, which makes the object reach over the true time. */
  const neighbour = makeEntry({ dateCreate: START + 2 * MINUTE });

  it.each([
    ["half an hour later", 30 * MINUTE, DAY],
    ["five hours later", 5 * HOUR, DAY],
    ["on the next day", 24 * HOUR, NEXT_DAY],
  ])(
    "%s, does not keep Slack's entry out, and is named as only in the archive",
    async (_, shift, day) => {
      const first = makeEntry({ dateCreate: START + 10 * MINUTE });
      await using bed = await startTestBed([neighbour, first]);
      const forged = first.text.replace(String(first.dateCreate), String(first.dateCreate + shift));
      const exported = Buffer.from(`${neighbour.text}\n${forged}\n`);
      const files = [{ name: "export.ndjson", entries: parseExport(exported) }];
      await importEntries(bed.ports, SOURCE, files);
      await bed.run();
      await settle(bed);
      if (day === NEXT_DAY) await settle(bed);

      expect(await close(bed, { day })).toMatchObject({
        outcome: "sealed",
        manifest: { onlyInArchive: 1, differs: 0, isReconciled: false },
      });

      expect((await linesBelow(bed, "audit_logs/")).sort()).toEqual(
        [neighbour.text, first.text, forged].sort(),
      );
      const manifest = await manifestOf(bed, day);
      expect(manifest.hours.flatMap((hour) => hour.only_in_archive_ids)).toEqual([first.id]);
      expect(await verify(bed.archive, { source: SOURCE })).toMatchObject({
        damages: [],
        unreconciled: [day],
        onlyInArchive: 1,
      });
    },
  );
});

describe("an id that Slack lists at two times in one page", () => {
  it("is archived once, and the other text is counted and kept in quarantine", async () => {
    const later = makeEntry({ id: "twice", dateCreate: START + 90 });
    const earlier = { ...makeEntry({ id: "twice", dateCreate: START + 30 }), id: undefined };
    await using bed = await startSettledTestBed([later, earlier]);

    expect(await close(bed)).toMatchObject({ manifest: { archived: 1, differs: 1 } });

    expect(await linesBelow(bed, "audit_logs/")).toEqual([later.text]);
    expect(await linesBelow(bed, "quarantine/")).toEqual([earlier.text]);
  });
});

describe("ids that differ only in halves of characters", () => {
  it("are two entries", async () => {
    await using bed = await startSettledTestBed([makeEntry({ id: "\ud800" })]);
    bed.slack.add([makeEntry({ id: "\ud801" })]);

    expect(await close(bed)).toMatchObject({
      manifest: { listed: 2, archived: 2, late: 1, differs: 0, isReconciled: true },
    });
  });
});

describe("an hour with more pages than a window may have", () => {
  it("is compared in shorter windows, each entry once", async () => {
    await using bed = await startSettledTestBed(makeEntries(170, { stepSeconds: 20 }));
    addLateEntries(bed, 5);
    const { id } = await rewriteLine(bed);
    const callsBefore = bed.slack.stats.calls;

    const { manifest, pages } = await close(bed, { pageLimit: 3 });

    expect(manifest).toMatchObject({ listed: 175, archived: 175, late: 5, differs: 1 });
    expect((await manifestOf(bed)).hours[9]?.differs_ids).toEqual([id]);
    expect(pages).toBe(bed.slack.stats.calls - callsBefore);
  });

  it("names what only the archive has, wherever in the hour", async () => {
    const entries = makeEntries(170, { stepSeconds: 20 });
    await using bed = await startTestBed(entries.filter((_, at) => at % 17 !== 3));
    const extra = entries.filter((_, at) => at % 17 === 3);
    const text = extra.map(({ text }) => text).join("\n");
    const files = [{ name: "export.json", entries: parseExport(Buffer.from(text)) }];
    await importEntries(bed.ports, SOURCE, files);
    await bed.run();
    await settle(bed);

    expect(await close(bed, { pageLimit: 3 })).toMatchObject({
      manifest: { listed: 160, archived: 170, onlyInArchive: 10, differs: 0 },
    });
    expect((await manifestOf(bed)).hours[9]?.only_in_archive_ids).toEqual(
      extra.map(({ id }) => id).sort(),
    );
  });
});
