import { describe, expect, it } from "vitest";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { EntryNames } from "../../lib/archive/entry-names.ts";
import { type ArchiveEntry, allRows, ListedEntries } from "../../lib/archive/entry-rows.ts";
import { idTextOf } from "../../lib/archive/name-list.ts";
import type { ArchiveStore } from "../../lib/ports.ts";
import { ArchivedLines } from "../../lib/seal/archived-lines.ts";
import { digestText } from "../../lib/seal/digest-text.ts";
import { KnownContents } from "../../lib/seal/object-contents.ts";
import { SECONDS_PER_HOUR, type TimeRange } from "../../lib/time.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";

const START = Date.UTC(2026, 2, 2, 9) / 1000;
const HOURS = { from: START, until: START + 2 * SECONDS_PER_HOUR };

function entryAt(second: number, id = `e${second}`): ArchiveEntry {
  return { id, dateCreate: second, bytes: Buffer.from(`{"id":"${id}","date_create":${second}}`) };
}

/** Two hours of an entry every 10 seconds, in objects each of which spans its whole hour. */
async function scatteredArchive(): Promise<{ store: MemoryArchiveStore; entries: ArchiveEntry[] }> {
  const store = new MemoryArchiveStore();
  const entries = Array.from({ length: 720 }, (_, at) => entryAt(START + 10 * at));
  for (const hour of [entries.slice(0, 360), entries.slice(360)]) {
    const objects = Map.groupBy(hour, (_, at) => at % 6);
    for (const [, ofObject] of objects) {
      const { key, body } = await encodeObject("acme", ofObject.toReversed());
      await store.put(key, body);
    }
  }
  return { store, entries };
}

const linesOf = (store: ArchiveStore, linesMax?: number) =>
  new ArchivedLines(store, "acme", new KnownContents(), linesMax);

/** Ids with their times. */
async function namesIn(archived: ArchivedLines, range: TimeRange): Promise<string[]> {
  const found: string[] = [];
  for await (const { stretch, rows } of archived.linesIn(range)) {
    for (const row of rows) {
      found.push(`${idTextOf(stretch.names, row)} ${stretch.names.dateCreateOf(row)}`);
    }
  }
  return found;
}

const namesOf = (entries: readonly ArchiveEntry[]) =>
  entries.map(({ id, dateCreate }) => `${id} ${dateCreate}`);

describe("the archived lines", () => {
  it.each([1, 7, 100, 720, 5000])(
    "are all there, in order of time, with at most %i in memory",
    async (linesMax) => {
      const { store, entries } = await scatteredArchive();
      const archived = linesOf(store, linesMax);

      expect(await namesIn(archived, HOURS)).toEqual(namesOf(entries));
      expect(await namesIn(archived, { from: START + 15, until: START + 40 })).toEqual(
        namesOf(entries.slice(2, 4)),
      );
    },
  );

  it("are known by the SHA-256 of their texts", async () => {
    const { store, entries } = await scatteredArchive();
    const [first = entryAt(0), second = entryAt(1)] = entries;

    for await (const { stretch, rows } of linesOf(store).linesIn({
      from: START,
      until: START + 1,
    })) {
      expect([...rows].map((row) => stretch.hasText(row, digestText(first.bytes)))).toEqual([true]);
      expect([...rows].map((row) => stretch.hasText(row, digestText(second.bytes)))).toEqual([
        false,
      ]);
    }
  });

  it("are known as listed only in the window that noted it", async () => {
    const archived = linesOf((await scatteredArchive()).store);
    const listedIn = async (range: TimeRange) => {
      const listed: boolean[] = [];
      for await (const { stretch, rows } of archived.linesIn(range)) {
        for (const row of rows) listed.push(stretch.isListed(row));
      }
      return listed;
    };
    for await (const { stretch, rows } of archived.linesIn({ from: START, until: START + 11 })) {
      for (const row of rows) stretch.noteListed(row);
    }

    expect(await listedIn({ from: START, until: START + 21 })).toEqual([true, true, false]);
    archived.beginWindow();
    expect(await listedIn({ from: START, until: START + 21 })).toEqual([false, false, false]);
  });

  it("are read once for all windows of a stretch, whichever window is asked for first", async () => {
    const { store, entries } = await scatteredArchive();
    let gets = 0;
    const counted = Object.assign(Object.create(store), {
      get: (key: string) => {
        gets += 1;
        return store.get(key);
      },
    });
    const archived = linesOf(counted, 100);

    for (let from = START; from < START + SECONDS_PER_HOUR; from += 100) {
      await archived.cut({ from, until: from + 100 }, 10);
      await namesIn(archived, { from: from + 50, until: from + 100 });
      expect(await namesIn(archived, { from, until: from + 100 })).toHaveLength(10);
    }
    // 360 lines make four stretches of at most 100; all six objects overlap each.
    expect(gets).toBe(4 * 6);
    expect(entries).toHaveLength(720);
  });

  it.each([
    [10, 100],
    [25, 250],
    [0.5, 1],
    [9999, SECONDS_PER_HOUR],
  ])("tell how far a window goes that has at most %d of them", async (max, seconds) => {
    const { store } = await scatteredArchive();
    const archived = linesOf(store, 7);
    const window = { from: START, until: START + SECONDS_PER_HOUR };

    expect(await archived.cut(window, max)).toEqual({ from: START, until: START + seconds });
  });

  it("leave out objects that lie before a stretch or beyond its end", async () => {
    const store = new MemoryArchiveStore();
    for (let from = START; from < START + 1000; from += 100) {
      const entries = Array.from({ length: 10 }, (_, at) => entryAt(from + 90 - 10 * at));
      const { key, body } = await encodeObject("acme", entries);
      await store.put(key, body);
    }
    const gets: string[] = [];
    const counted = Object.assign(Object.create(store), {
      get: (key: string) => {
        gets.push(key);
        return store.get(key);
      },
    });
    const archived = linesOf(counted, 20);

    await namesIn(archived, { from: START + 300, until: START + 310 });
    // Two objects fill the stretch; the third tells that it is full.
    expect(gets).toHaveLength(3);
  });

  it("keep a second whole that has more of them than fit", async () => {
    const store = new MemoryArchiveStore();
    const entries = Array.from({ length: 3000 }, (_, at) => entryAt(START, `e${at}`));
    for (const ofObject of [entries.slice(0, 1500), entries.slice(1500)]) {
      const { key, body } = await encodeObject("acme", ofObject);
      await store.put(key, body);
    }
    const archived = linesOf(store, 100);

    expect(new Set(await namesIn(archived, HOURS))).toEqual(new Set(namesOf(entries)));
  });

  it.each([800, 100])("include what was stored meanwhile, with at most %i", async (linesMax) => {
    const { store } = await scatteredArchive();
    const archived = linesOf(store, linesMax);
    const window = { from: START, until: START + 20 };
    await namesIn(archived, window);
    const late = Array.from({ length: 90 }, (_, at) => entryAt(START + 5, `late ${at}`));

    const { key, body } = await encodeObject("acme", late);
    await store.put(key, body);
    const listed = new ListedEntries(late);
    archived.add(listed, allRows(listed));

    expect((await namesIn(archived, window)).sort()).toEqual(
      namesOf([entryAt(START), ...late, entryAt(START + 10)]).sort(),
    );
  });

  it("are named, the first ones in order, of those that are sought", async () => {
    const { store, entries } = await scatteredArchive();
    const archived = linesOf(store, 50);
    const unsought = new EntryNames();
    unsought.addName(entries[1] ?? entryAt(0));

    expect(await archived.idsIn(HOURS, (lines, row) => !unsought.has(lines, row), 3)).toEqual([
      `e${START}`,
      `e${START + 20}`,
      `e${START + 30}`,
    ]);
  });
});
