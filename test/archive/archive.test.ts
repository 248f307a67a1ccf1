import { describe, expect, it, vi } from "vitest";
import { ArchiveObjectError, decodeLines } from "../../lib/archive/archive-object.ts";
import { type ArchiveEntry, ListedEntries } from "../../lib/archive/entry-rows.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { openArchive } from "../fakes/open-archive.ts";

const entry = (
  id: string,
  dateCreate: number,
  text = `{"id":"${id}","date_create":${dateCreate}}`,
): ArchiveEntry => ({
  id,
  dateCreate,
  bytes: new TextEncoder().encode(text),
});

async function linesOf(store: MemoryArchiveStore): Promise<string[]> {
  const lines: string[] = [];
  for await (const { key } of store.list("audit_logs/")) {
    for (const line of await decodeLines(key, await store.get(key))) {
      lines.push(Buffer.from(line).toString());
    }
  }
  return lines;
}

function setUp(store = new MemoryArchiveStore(), beforeWrite = () => {}) {
  const write = async <T>(put: () => Promise<T>): Promise<T> => {
    beforeWrite();
    return put();
  };
  const guard = { range: { from: 0, until: 9_999_999_999 }, write };
  return { store, archive: openArchive(store, "acme", { guard }) };
}

describe("Archive.store", () => {
  it("I3: writes one object an hour", async () => {
    const { store, archive } = setUp();
    const stored = await archive.store(
      new ListedEntries([entry("c", 3600), entry("b", 3599), entry("a", 3598)]),
    );
    expect(stored).toMatchObject({ objects: 2, duplicates: [] });
    expect([...store.objects.keys()].map((key) => key.replace(/-[0-9a-f]{16}.*/, ""))).toEqual([
      "audit_logs/source=acme/dt=1970-01-01/hour=00/0000003598-0000003599",
      "audit_logs/source=acme/dt=1970-01-01/hour=01/0000003600-0000003600",
    ]);
  });

  it("I2: stores an id that repeats in a batch once, across hours too", async () => {
    const { store, archive } = setUp();
    const stored = await archive.store(
      new ListedEntries([entry("a", 3600, '{"id":"a","n":1}'), entry("b", 5), entry("a", 5)]),
    );
    expect(stored.duplicates).toEqual([0]);
    expect(await linesOf(store)).toHaveLength(2);
  });

  it("I2: leaves out what an earlier run archived", async () => {
    const { store, archive: earlier } = setUp();
    await earlier.store(new ListedEntries([entry("b", 20), entry("a", 10)]));
    const { archive } = setUp(store);
    const stored = await archive.store(
      new ListedEntries([entry("c", 21), entry("b", 20), entry("a", 10)]),
    );
    expect([stored.added, stored.duplicates]).toEqual([[0], [1, 2]]);
    expect(await linesOf(store)).toHaveLength(3);
  });

  it("I2: leaves out what it wrote itself", async () => {
    const { store, archive } = setUp();
    await archive.store(new ListedEntries([entry("a", 10)]));
    expect(await archive.store(new ListedEntries([entry("a", 10)]))).toMatchObject({
      added: [],
      objects: 0,
    });
    expect(store.objects.size).toBe(1);
  });

  it("I6: lists an hour once, and reads only objects that overlap the batch", async () => {
    const { store, archive: earlier } = setUp();
    await earlier.store(new ListedEntries([entry("a", 10)]));
    await earlier.store(new ListedEntries([entry("b", 100)]));
    const { archive } = setUp(store);
    const list = vi.spyOn(store, "list");
    const get = vi.spyOn(store, "get");
    await archive.store(new ListedEntries([entry("c", 50)]));
    await archive.store(new ListedEntries([entry("d", 100)]));
    const hours = list.mock.calls.filter(([prefix]) => prefix.startsWith("audit_logs/"));
    expect(hours).toHaveLength(1);
    expect(get.mock.calls.map(([key]) => key)).toEqual([expect.stringContaining("0000000100-")]);
  });

  it.each([
    ["lines", { lines: 2, textBytes: 1_000 }],
    ["bytes", { lines: 100, textBytes: 60 }],
  ])("I6: writes no object of more %s than are read again", async (_, objectMax) => {
    const store = new MemoryArchiveStore();
    const seconds = [9, 7, 7, 5, 3];
    const entries = seconds.map((second, at) => entry(`${at}`, second));
    expect(
      await openArchive(store, "acme", { objectMax }).store(new ListedEntries(entries)),
    ).toMatchObject({
      objects: 3,
      added: { length: 5 },
    });
    const texts: string[][] = [];
    for await (const { key } of store.list("audit_logs/")) {
      const lines = await decodeLines(key, await store.get(key), objectMax);
      texts.push(lines.map((line) => JSON.parse(Buffer.from(line).toString()).id));
    }
    expect(texts).toEqual([["4"], ["3", "2"], ["1", "0"]]);
    const again = await openArchive(store, "acme", { objectMax }).store(new ListedEntries(entries));
    expect(again).toMatchObject({ objects: 0, added: [] });
  });

  it("takes an answer 'exists' for its own lost write", async () => {
    const { store, archive } = setUp();
    vi.spyOn(store, "put").mockResolvedValue("exists");
    expect(await archive.store(new ListedEntries([entry("a", 1)]))).toMatchObject({
      objects: 0,
      bytes: 0,
    });
  });

  it("writes nothing when it may not", async () => {
    const { store, archive } = setUp(undefined, () => {
      throw new Error("no longer the writer");
    });
    await expect(archive.store(new ListedEntries([entry("a", 1)]))).rejects.toThrow(
      "no longer the writer",
    );
    await expect(archive.quarantine([Buffer.from("{}")], 1)).rejects.toThrow(
      "no longer the writer",
    );
    expect(store.objects.size).toBe(0);
  });

  it("stops at a damaged object rather than store its entries again", async () => {
    const { store, archive: earlier } = setUp();
    await earlier.store(new ListedEntries([entry("a", 10)]));
    const [key = ""] = store.objects.keys();
    store.objects.set(key, Buffer.from("damaged"));
    await expect(setUp(store).archive.store(new ListedEntries([entry("a", 10)]))).rejects.toThrow(
      ArchiveObjectError,
    );
  });
});

describe("Archive.quarantine", () => {
  it("I4: keeps texts verbatim, and the same texts once", async () => {
    const { store, archive } = setUp();
    const texts = [Buffer.from('{"id":7}'), Buffer.from("null")];
    expect(await archive.quarantine(texts, 0)).toMatchObject({ written: 2 });
    expect(await archive.quarantine(texts.toReversed(), 0)).toMatchObject({ written: 0 });
    const [[key = "", body = Buffer.of()] = []] = store.objects;
    expect(key).toMatch(
      /^quarantine\/source=acme\/dt=1970-01-01\/hour=00\/[0-9a-f]{16}\.json\.gz$/,
    );
    expect((await decodeLines(key, body)).map(String)).toEqual(["null", '{"id":7}']);
  });

  it("I6: writes no object of more than is read again, and each text once", async () => {
    const store = new MemoryArchiveStore();
    const archive = openArchive(store, "acme", { objectMax: { lines: 2, textBytes: 1_000 } });
    const texts = ["1", "2", "3"].map((text) => Buffer.from(text));
    const keys = [...(await archive.quarantine(texts, 0)).keys];
    expect(keys.sort()).toEqual([...store.objects.keys()].sort());
    expect(keys).toHaveLength(2);
    expect(await archive.quarantine(texts, 0)).toMatchObject({ written: 0 });
  });
});
