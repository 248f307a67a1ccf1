import { beforeEach, describe, expect, it } from "vitest";
import { checkHour } from "../../bench/soak/check-hour.ts";
import { makeEntries, makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { EntryList } from "../../fake-slack/entry-list.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";

const HOUR = Date.UTC(2026, 2, 2, 9) / 1000;
const END = HOUR + 3600;

let store: MemoryArchiveStore;
let truth: EntryList;
let entries: WireEntry[];
beforeEach(() => {
  store = new MemoryArchiveStore();
  truth = new EntryList();
  entries = makeEntries(6, { from: HOUR + 10 });
  truth.add(entries);
});

/** Oldest first. */
async function archive(...texts: Pick<WireEntry, "id" | "dateCreate" | "text">[]) {
  const { key, body } = await encodeObject(
    "soak",
    texts
      .map(({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) }))
      .toReversed(),
  );
  await store.put(key, body);
  return key;
}

const check = (until = END) => checkHour(store, "soak", HOUR, until, truth);

describe("an hour of the archive", () => {
  it("is right however its entries are spread over objects", async () => {
    await archive(...entries.slice(3));
    await archive(...entries.filter((_, i) => i === 0 || i === 2));
    await archive(...entries.slice(1, 2));

    await expect(check()).resolves.toMatchObject({ entries: 6, objects: 3 });
  });

  it("is right without an object when nothing happened", async () => {
    truth = new EntryList();

    await expect(check()).resolves.toEqual({ entries: 0, objects: 0, bytes: 0 });
  });

  it("may have its end left out", async () => {
    await archive(...entries.slice(0, 5));

    await expect(check(HOUR + 15)).resolves.toMatchObject({ entries: 5 });
  });

  it("may have the next hour behind it", async () => {
    await archive(...entries);
    await archive(makeEntry({ dateCreate: END }));

    await expect(check()).resolves.toMatchObject({ entries: 6 });
  });

  it("is wrong when an entry is lost", async () => {
    await archive(...entries.slice(0, 5));

    await expect(check()).rejects.toThrow(`second ${HOUR + 15} differs: ${entries[5]?.id} is lost`);
  });

  it("is wrong when an entry stands twice", async () => {
    await archive(...entries);
    await archive(...entries.slice(2, 3));

    await expect(check()).rejects.toThrow(`${entries[2]?.id} stands 2 times`);
  });

  it("is wrong when a text is changed", async () => {
    await archive(
      ...entries.map((entry) => ({
        ...entry,
        text: entry.text.replace("user_login", "user_Login"),
      })),
    );

    await expect(check()).rejects.toThrow(`${entries[0]?.id} is changed`);
  });

  it("is wrong when an entry was never in Slack", async () => {
    const stranger = makeEntry({ dateCreate: HOUR + 99 });
    await archive(...entries, stranger);

    await expect(check()).rejects.toThrow(`${stranger.id} was never in Slack`);
  });

  it("is wrong when a line does not lie where its key says", async () => {
    const [first] = entries;
    const key = await archive({ id: "x", dateCreate: HOUR + 50, text: first?.text ?? "" });

    await expect(check()).rejects.toThrow(`${key} has a line of second ${HOUR + 10}`);
  });

  it("is wrong when an hour before it is stored again", async () => {
    const key = await archive(makeEntry({ dateCreate: HOUR - 1 }));
    await archive(...entries);

    await expect(check()).rejects.toThrow(`${key} was stored after its hour had been checked`);
  });
});
