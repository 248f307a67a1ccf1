import { describe, expect, it } from "vitest";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { entryName } from "../../lib/archive/entry-names.ts";
import type { ArchiveEntry } from "../../lib/archive/entry-rows.ts";
import { ArchivedLines, keyOf } from "../../lib/seal/archived-lines.ts";
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

async function nameKeysIn(archived: ArchivedLines, range: TimeRange): Promise<string[]> {
  const nameKeys: string[] = [];
  for await (const { nameKey } of archived.linesIn(range)) nameKeys.push(nameKey);
  return nameKeys;
}

const keysOf = (entries: readonly ArchiveEntry[]) =>
  entries.map((entry) => keyOf(entryName(entry)));

describe("the archived lines", () => {
  it.each([1, 7, 100, 720, 5000])(
    "are all there, in order of time, with at most %i in memory",
    async (linesMax) => {
      const { store, entries } = await scatteredArchive();
      const archived = new ArchivedLines(store, "acme", linesMax);

      expect(await nameKeysIn(archived, HOURS)).toEqual(keysOf(entries));
      expect(await nameKeysIn(archived, { from: START + 15, until: START + 40 })).toEqual(
        keysOf(entries.slice(2, 4)),
      );
    },
  );

  it("have keys of their ids and of their texts", async () => {
    const { store, entries } = await scatteredArchive();
    const archived = new ArchivedLines(store, "acme");
    const { bytes, ...name } = entries[0] ?? entryAt(0);

    for await (const line of archived.linesIn({ from: START, until: START + 1 })) {
      expect(line).toEqual({
        nameKey: keyOf(entryName(name)),
        textKey: keyOf(bytes),
        second: START,
      });
    }
    expect(Buffer.from(keyOf(entryName(name)), "latin1")).toHaveLength(16);
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
    const archived = new ArchivedLines(counted, "acme", 100);

    for (let from = START; from < START + SECONDS_PER_HOUR; from += 100) {
      await archived.cut({ from, until: from + 100 }, 10);
      await nameKeysIn(archived, { from: from + 50, until: from + 100 });
      expect(await nameKeysIn(archived, { from, until: from + 100 })).toHaveLength(10);
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
    const archived = new ArchivedLines(store, "acme", 7);
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
    const archived = new ArchivedLines(counted, "acme", 20);

    await nameKeysIn(archived, { from: START + 300, until: START + 310 });
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
    const archived = new ArchivedLines(store, "acme", 100);

    expect(new Set(await nameKeysIn(archived, HOURS))).toEqual(new Set(keysOf(entries)));
  });

  it.each([800, 100])("include what was stored meanwhile, with at most %i", async (linesMax) => {
    const { store } = await scatteredArchive();
    const archived = new ArchivedLines(store, "acme", linesMax);
    const window = { from: START, until: START + 20 };
    await nameKeysIn(archived, window);
    const late = Array.from({ length: 90 }, (_, at) => entryAt(START + 5, `late ${at}`));

    const { key, body } = await encodeObject("acme", late);
    await store.put(key, body);
    archived.add(late);

    expect((await nameKeysIn(archived, window)).sort()).toEqual(
      keysOf([entryAt(START), ...late, entryAt(START + 10)]).sort(),
    );
  });

  it("are named, the first ones in order, of those that are sought", async () => {
    const { store, entries } = await scatteredArchive();
    const archived = new ArchivedLines(store, "acme", 50);
    const unsought = keyOf(entryName(entries[1] ?? entryAt(0)));

    expect(await archived.idsIn(HOURS, (nameKey) => nameKey !== unsought, 3)).toEqual([
      `e${START}`,
      `e${START + 20}`,
      `e${START + 30}`,
    ]);
  });
});
