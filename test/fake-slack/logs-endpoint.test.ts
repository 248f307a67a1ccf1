import { describe, expect, it } from "vitest";
import {
  ENTRY_PROBLEMS,
  entryOfText,
  MONDAY_MORNING,
  makeEntries,
  makeEntry,
  makeMalformedEntry,
} from "../../fake-slack/entries.ts";
import { FAKE_TOKEN } from "../../fake-slack/fake-slack.ts";
import type { EndOfListing } from "../../fake-slack/logs-endpoint.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { call, clock, errorOf, fake, list, logs, NOON, type Params, start } from "./ask-fake.ts";

describe("a listing", () => {
  it("comes newest first", async () => {
    await start({ entries: makeEntries(5) });
    const { entries } = await logs();
    const times = entries.map((entry) => entry.date_create);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(times).toHaveLength(5);
  });

  it("read page by page to its end is the truth, each id once", async () => {
    await start({ entries: makeEntries(50) });
    const { pages, ids } = await list({ limit: 7 });
    expect(pages).toHaveLength(8);
    expect(ids.toSorted()).toEqual([...fake.truth().keys()].toSorted());
  });

  it("sends the text of an entry as it stands", async () => {
    const text = `{"id":"odd","date_create":${MONDAY_MORNING}, "n":12345678901234567890.10, "s":"\\u00e9\\/é"}`;
    await start({ entries: [entryOfText(text)] });
    await expect(call("logs").then((response) => response.text())).resolves.toBe(
      `{"entries":[${text}],"response_metadata":{"next_cursor":""}}`,
    );
  });

  it("includes both bounds", async () => {
    const entries = makeEntries(5);
    await start({ entries });
    const { ids } = await list({ oldest: MONDAY_MORNING + 1, latest: MONDAY_MORNING + 3 });
    expect(ids).toEqual([entries[3]?.id, entries[2]?.id, entries[1]?.id]);
  });

  it("leaves `latest` out when told to", async () => {
    const entries = makeEntries(5);
    await start({ entries, latestExclusive: true });
    const { ids } = await list({ oldest: MONDAY_MORNING + 1, latest: MONDAY_MORNING + 3 });
    expect(ids).toEqual([entries[2]?.id, entries[1]?.id]);
  });

  it("holds 100 entries a page when no limit is given", async () => {
    await start({ entries: makeEntries(150) });
    expect((await logs()).entries).toHaveLength(100);
  });

  it("exceeds the limit rather than cut a second in two", async () => {
    await start({
      entries: [
        ...makeEntries(3),
        ...makeEntries(40, { from: MONDAY_MORNING + 3, stepSeconds: 0 }),
      ],
    });
    fake.add(makeEntries(2, { from: MONDAY_MORNING + 4 }));
    const { pages, ids } = await list({ limit: 3 });
    expect(pages.map((page) => page.entries.length)).toEqual([42, 3]);
    expect(new Set(ids).size).toBe(45);
  });

  it("does not show what happens after the clock's now", async () => {
    const entries = makeEntries(2, { from: NOON, stepSeconds: 60 });
    await start({ entries });
    expect((await list()).ids).toEqual([entries[0]?.id]);
    clock.advance(60_000);
    expect((await list()).ids).toEqual([entries[1]?.id, entries[0]?.id]);
  });

  it("shows a late entry where it stands in time", async () => {
    const [first, late, last] = makeEntries(3);
    if (first === undefined || late === undefined || last === undefined) {
      throw new Error("three entries were made");
    }
    await start({ entries: [first, last] });
    expect((await list()).ids).toEqual([last.id, first.id]);
    fake.add([late]);
    expect((await list()).ids).toEqual([last.id, late.id, first.id]);
  });

  it("lets a test add entries between two pages", async () => {
    await start({ entries: makeEntries(4) });
    const newer = makeEntry({ dateCreate: MONDAY_MORNING + 100 });
    fake.onCall = (call) => (call.number === 2 ? fake.add([newer]) : undefined);
    expect((await list({ limit: 2 })).ids).not.toContain(newer.id);
    expect((await list({ limit: 2 })).ids).toContain(newer.id);
  });

  it.each<[EndOfListing, unknown]>([
    ["empty_cursor", { next_cursor: "" }],
    ["null_cursor", { next_cursor: null }],
    ["no_cursor", {}],
    ["no_response_metadata", undefined],
  ])("ends with %s when told to", async (endOfListing, metadata) => {
    await start({ endOfListing });
    expect((await logs()).response_metadata).toEqual(metadata);
  });

  it.each(ENTRY_PROBLEMS)(
    "carries an entry with %s, which is no part of the truth",
    async (problem) => {
      const malformed = makeMalformedEntry(problem, MONDAY_MORNING);
      await start({ entries: [malformed, ...makeEntries(2)] });
      const body = await call("logs").then((response) => response.text());
      expect(body).toContain(malformed.text);
      expect(fake.truth().size).toBe(2);
      expect(fake.malformed()).toEqual([malformed.text]);
    },
  );

  it("refuses two texts for one id", async () => {
    await start({ entries: [makeEntry({ id: "a" })] });
    expect(() => fake.add([makeEntry({ id: "a", action: "user_logout" })])).toThrow("the id a");
  });
});

describe("a generated organization", () => {
  const from = MONDAY_MORNING;

  it("read page by page to its end is the truth, each id once", async () => {
    const organization = new Organization({ entriesPerWeek: 300_000, from, until: from + 1800 });
    await start({ organization, entries: makeEntries(5, { from: from + 600, stepSeconds: 60 }) });
    const { pages, ids } = await list({ limit: 100 });
    expect(pages.length).toBeGreaterThan(5);
    const truth = fake.truth();
    expect(ids).toHaveLength(truth.size);
    expect(new Set(ids)).toEqual(new Set(truth.keys()));
    expect(truth.size).toBe(organization.count(from, NOON) + 5);
  });

  it("under a filter that matches little is listed in short pages, to the end", async () => {
    const organization = new Organization({ entriesPerWeek: 4_000_000, from });
    await start({ organization });
    const { pages, ids } = await list({ action: "legal_hold_policy_entities_added", limit: 9999 });
    expect(pages.length).toBe(Math.ceil(organization.count(from, NOON) / 50_000));
    const expected = Array.from(fake.visible(), ({ id, action }) =>
      action === "legal_hold_policy_entities_added" ? id : undefined,
    ).filter((id) => id !== undefined);
    expect(ids).toEqual(expected);
    expect(ids).not.toEqual([]);
  });

  it("shows its late entries on a later listing", async () => {
    const organization = new Organization({ entriesPerWeek: 300_000, from, lateFraction: 0.2 });
    await start({ organization });
    const oldest = NOON - 300;
    const first = await list({ oldest, latest: NOON });
    clock.advance(3_600_000);
    const second = await list({ oldest, latest: NOON });
    expect(second.ids.length).toBeGreaterThan(first.ids.length);
    expect(second.ids).toEqual(expect.arrayContaining(first.ids));
  });

  it("of a million entries costs only the pages that are asked for, one at a time", async () => {
    const organization = new Organization({ entriesPerWeek: 9_000_000, from: from - 3600 });
    await start({ organization });
    clock.advance(11 * 3_600_000);
    expect(organization.count(0, NOON + 11 * 3600)).toBeGreaterThan(1_000_000);
    const read = async (pages: number, params: Params) => {
      const counts: number[] = [];
      let cursor: string | undefined;
      for (let i = 0; i < pages; i++) {
        const page = await logs({ ...params, limit: 999, cursor });
        counts.push(page.entries.length);
        cursor = page.response_metadata?.next_cursor ?? "";
        expect(cursor).not.toBe("");
      }
      return counts;
    };
    const counts = [...(await read(8, {})), ...(await read(4, { latest: from + 3600 }))];
    const served = counts.reduce((sum, count) => sum + count);
    expect(fake.stats).toMatchObject({ pages: 12, entries: served, scannedEntries: served });
    expect(fake.stats.largestPageEntries).toBe(Math.max(...counts));
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(999);
    // The rest of the second that reached the limit, but no second more.
    expect(Math.max(...counts)).toBeLessThan(999 + 100);
  });
});

describe("a filter", () => {
  const ada = makeEntry({ action: "user_logout", actor: { id: "U0ADA" } });
  const file = makeEntry({
    action: "file_downloaded",
    actor: { id: "U0ADA" },
    entity: { type: "file", file: { id: "F0PLANS", name: "plans.pdf" } },
  });
  const other = makeEntry({ action: "user_login", actor: { id: "U0BEN" } });

  it.each<[string, Params, (string | undefined)[]]>([
    ["one action", { action: "user_logout" }, [ada.id]],
    ["several actions", { action: "user_logout,user_login" }, [other.id, ada.id]],
    ["an actor", { actor: "U0ADA" }, [file.id, ada.id]],
    ["an entity", { entity: "F0PLANS" }, [file.id]],
    ["both at once", { actor: "U0ADA", action: "file_downloaded,user_login" }, [file.id]],
    ["nothing known", { action: "no_such_action" }, []],
  ])("by %s lists what matches", async (_, params, ids) => {
    await start({ entries: [ada, file, other] });
    expect((await list(params)).ids).toEqual(ids);
  });
});

describe("a cursor", () => {
  it("does not remember `oldest`", async () => {
    await start({ entries: makeEntries(10) });
    const first = await logs({ oldest: MONDAY_MORNING + 5, limit: 3 });
    const cursor = first.response_metadata?.next_cursor ?? undefined;
    expect((await logs({ cursor, oldest: MONDAY_MORNING + 5, limit: 3 })).entries).toHaveLength(2);
    expect((await logs({ cursor })).entries).toHaveLength(7);
  });

  it("needs percent-encoding: it holds +, / and =", async () => {
    await start({ entries: makeEntries(10) });
    const cursor = (await logs({ limit: 3 })).response_metadata?.next_cursor ?? "";
    expect(cursor).toMatch(/^\+.*\/.*=$/);
    const raw = await fetch(`${fake.baseUrl}logs?cursor=${cursor}`, {
      headers: { authorization: `Bearer ${FAKE_TOKEN}` },
    });
    expect(await errorOf(raw)).toEqual({ status: 400, error: "invalid_cursor" });
    const cut = await call("logs", { cursor: cursor.replace(/=+$/, "") });
    expect(await errorOf(cut)).toEqual({ status: 400, error: "invalid_cursor" });
  });

  it("is refused after its lifetime", async () => {
    await start({ entries: makeEntries(10), cursorLifetimeMs: 60_000 });
    const cursor = (await logs({ limit: 3 })).response_metadata?.next_cursor ?? undefined;
    clock.advance(60_000);
    expect((await logs({ cursor })).entries).toHaveLength(7);
    clock.advance(1);
    expect(await errorOf(await call("logs", { cursor }))).toEqual({
      status: 400,
      error: "invalid_cursor",
    });
  });

  it("is refused once all are expired by hand, and a new one is not", async () => {
    await start({ entries: makeEntries(10) });
    const cursor = (await logs({ limit: 3 })).response_metadata?.next_cursor ?? undefined;
    fake.expireCursors();
    expect((await call("logs", { cursor })).status).toBe(400);
    expect((await list({ limit: 3 })).ids).toHaveLength(10);
  });
});
