import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { ArchivedLines } from "../../lib/seal/archived-lines.ts";
import { describeHour } from "../../lib/seal/describe-hour.ts";
import { KnownContents } from "../../lib/seal/object-contents.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";

const START = Date.UTC(2026, 2, 2, 9) / 1000;
const HOUR = { from: START, until: START + 3600 };
const NOTHING_FOUND = {
  ...{ listed: 2, late: 0, onlyInArchive: 0, onlyInArchiveIds: [], differs: 0, differsIds: [] },
  lateness: {},
};

function lineOf(id: string, second: number): string {
  return `{"id":"${id}","date_create":${second}}`;
}

/** An hour whose one object was read to be compared. */
async function compared() {
  const store = new MemoryArchiveStore();
  const contents = new KnownContents();
  const entries = [START + 7, START + 3].map((second) => ({
    ...{ id: `e${second}`, dateCreate: second },
    bytes: Buffer.from(lineOf(`e${second}`, second)),
  }));
  const { key, body } = await encodeObject("acme", entries);
  await store.put(key, body);
  await new ArchivedLines(store, "acme", contents).cut(HOUR, 100);
  const describe = (known: KnownContents) =>
    describeHour(store, "acme", START, NOTHING_FOUND, known);
  return { store, key, contents, describe };
}

it("describes an object that was compared as one that was not", async () => {
  const { contents, describe } = await compared();

  const described = await describe(contents);
  expect(described).toEqual(await describe(new KnownContents()));
  expect(described.objects).toMatchObject([
    { entries: 2, min_date_create: START + 3, max_date_create: START + 7 },
  ]);
});

it("describes what an object holds now when it was changed after it was compared", async () => {
  const { store, key, contents, describe } = await compared();
  const changed = [lineOf("a", START + 3), lineOf("a", START + 7), lineOf("b", START + 4)];
  store.objects.set(key, gzipSync(changed.map((line) => `${line}\n`).join("")));

  expect(await describe(contents)).toMatchObject({
    ...{ archived: 3, twice: 1, twice_ids: ["a"] },
    objects: [
      { key, entries: 3, altered: true, min_date_create: START + 3, max_date_create: START + 7 },
    ],
  });
});

it.each(["compared", "described"])(
  "refuses an object that was renamed to other times when it is %s",
  async (when) => {
    const { store, key, describe } = await compared();
    const renamed = key.replace(String(START + 3), String(START + 2));
    store.objects.set(renamed, await store.get(key));
    store.objects.delete(key);

    const refused =
      when === "described"
        ? describe(new KnownContents())
        : new ArchivedLines(store, "acme", new KnownContents()).cut(HOUR, 100);
    await expect(refused).rejects.toThrow(
      `cannot read ${renamed}: its name gives its lines the times ${START + 2} to ${START + 7}, and they have ${START + 3} to ${START + 7}; restore`,
    );
  },
);

it("keeps nothing of an object that is described", async () => {
  const contents = new KnownContents();
  const known = { lines: 1, hash: "", minDateCreate: 1, maxDateCreate: 1 };
  const described = { ...known, idHashes: new BigUint64Array(1) };
  expect(contents.of("sha256", () => described)).toBe(described);

  expect(contents.take("sha256")).toBe(described);
  expect(contents.take("sha256")).toBeUndefined();
});
