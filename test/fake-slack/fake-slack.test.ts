import { afterEach, describe, expect, it } from "vitest";
import {
  ENTRY_PROBLEMS,
  entryOfText,
  MONDAY_MORNING,
  makeEntries,
  makeEntry,
  makeMalformedEntry,
} from "../../fake-slack/entries.ts";
import {
  type EndOfListing,
  FAKE_TOKEN,
  type FakeSlack,
  type FakeSlackOptions,
  startFakeSlack,
} from "../../fake-slack/fake-slack.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const NOON = MONDAY_MORNING + 3 * 3600;

let fake: FakeSlack;
let clock: VirtualClock;

async function start(options: FakeSlackOptions = {}): Promise<void> {
  clock = new VirtualClock(NOON * 1000);
  fake = await startFakeSlack({ clock, ...options });
}

afterEach(() => fake.close());

interface Params {
  [name: string]: string | number | undefined;
}

function call(path: string, params: Params = {}, init: RequestInit = {}): Promise<Response> {
  const url = new URL(path, fake.baseUrl);
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) {
      url.searchParams.set(name, String(value));
    }
  }
  return fetch(url, {
    headers: { authorization: `Bearer ${fake.token}` },
    redirect: "manual",
    ...init,
  });
}

interface Page {
  entries: { id: string; date_create: number; action: string }[];
  response_metadata?: { next_cursor?: string | null };
}

async function logs(params: Params = {}): Promise<Page> {
  const response = await call("logs", params);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

async function list(params: Params = {}): Promise<{ pages: Page[]; ids: string[] }> {
  const pages: Page[] = [];
  let cursor: string | undefined;
  do {
    const page = await logs({ ...params, cursor });
    pages.push(page);
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  return { pages, ids: pages.flatMap((page) => page.entries.map(({ id }) => id)) };
}

async function errorOf(response: Response): Promise<{ status: number; error: string }> {
  const body = (await response.json()) as { ok: boolean; error: string };
  expect(body.ok).toBe(false);
  return { status: response.status, error: body.error };
}

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
    const { pages, ids } = await list({ action: "role_change_to_guest", limit: 9999 });
    expect(pages.length).toBe(Math.ceil(organization.count(from, NOON) / 50_000));
    const expected = Array.from(fake.visible(), ({ id, action }) =>
      action === "role_change_to_guest" ? id : undefined,
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
        const page = await logs({ ...params, limit: 9999, cursor });
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
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(9999);
    // The rest of the second that reached the limit, but no second more.
    expect(Math.max(...counts)).toBeLessThan(9999 + 100);
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

describe("a call that is wrong", () => {
  it.each<[string, string, Params, RequestInit, number, string]>([
    ["no token", "logs", {}, { headers: {} }, 401, "missing_authentication"],
    [
      "another token",
      "logs",
      {},
      { headers: { authorization: "Bearer no" } },
      401,
      "invalid_authentication",
    ],
    ["an unknown path", "log", {}, {}, 404, "bad_endpoint"],
    ["a path outside the API", "/api/auth.test", {}, {}, 404, "bad_endpoint"],
    ["another method", "logs", {}, { method: "POST" }, 405, "method_not_allowed"],
    ["a limit above 9999", "logs", { limit: 10_000 }, {}, 400, "invalid_arguments"],
    ["a limit of 0", "logs", { limit: 0 }, {}, 400, "invalid_arguments"],
    ["a limit in words", "logs", { limit: "ten" }, {}, 400, "invalid_arguments"],
    ["a date as a bound", "logs", { oldest: "2026-03-02" }, {}, 400, "invalid_arguments"],
    ["a fraction as a bound", "logs", { latest: "1.5" }, {}, 400, "invalid_arguments"],
    ["a latest in the future", "logs", { latest: NOON + 1 }, {}, 400, "invalid_range"],
    ["bounds in the wrong order", "logs", { oldest: 2, latest: 1 }, {}, 400, "invalid_range"],
    ["31 action names", "logs", { action: Array(31).fill("a").join() }, {}, 400, "invalid_action"],
    ["a cursor of its own", "logs", { cursor: "bmV4dA==" }, {}, 400, "invalid_cursor"],
  ])("(%s) is told so", async (_, path, params, init, status, error) => {
    await start();
    const response = await call(path, params, {
      headers: { authorization: `Bearer ${FAKE_TOKEN}` },
      ...init,
    });
    expect(await errorOf(response)).toEqual({ status, error });
    expect(fake.calls.at(-1)?.answer).toMatchObject({ status, error });
  });

  it("may ask past now when the fake allows it", async () => {
    await start({ entries: makeEntries(1), allowFutureLatest: true });
    expect((await logs({ latest: NOON + 1 })).entries).toHaveLength(1);
  });

  it("is the one with the old token after a rotation", async () => {
    await start();
    fake.token = "rotated";
    expect((await call("logs")).status).toBe(200);
    const old = await call("logs", {}, { headers: { authorization: `Bearer ${FAKE_TOKEN}` } });
    expect(old.status).toBe(401);
  });
});

describe("schemas and actions", () => {
  it("need no token", async () => {
    await start();
    const schemas = await call("schemas", {}, { headers: {} });
    expect(await schemas.json()).toMatchObject({
      schemas: expect.arrayContaining([
        { type: "legal_hold_policy", legal_hold_policy: { id: "string", name: "string" } },
      ]),
    });
    const actions = await call("actions", {}, { headers: {} });
    expect(await actions.json()).toMatchObject({
      actions: { user: expect.arrayContaining(["user_login"]) },
    });
  });
});

describe("the rate limiter", () => {
  it("allows a burst, then one call at a time, and says how long to wait", async () => {
    await start({ callsPerMinute: 6, burstCalls: 2 });
    const statuses = [await call("logs"), await call("logs"), await call("logs")];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(statuses[2]?.headers.get("retry-after")).toBe("10");
    clock.advance(9_400);
    expect((await call("logs")).headers.get("retry-after")).toBe("1");
    clock.advance(600);
    expect((await call("logs")).status).toBe(200);
    expect((await call("logs")).status).toBe(429);
    expect(fake.stats).toMatchObject({ calls: 6, pages: 3, throttled: 3 });
  });

  it("does not count calls without a token", async () => {
    await start({ callsPerMinute: 6 });
    await call("logs", {}, { headers: {} });
    expect((await call("logs")).status).toBe(200);
  });
});

describe("the record of calls", () => {
  it("keeps what was asked, without the token", async () => {
    await start({ entries: makeEntries(2) });
    await call("logs", { oldest: 1, limit: 9 });
    expect(fake.calls[0]).toMatchObject({
      number: 1,
      method: "GET",
      path: "logs",
      params: { oldest: "1", limit: "9" },
      token: "right",
      atMs: NOON * 1000,
      answer: { status: 200, entries: 2 },
    });
    expect(JSON.stringify(fake.calls)).not.toContain(FAKE_TOKEN);
  });

  it("forgets the oldest calls and still counts them", async () => {
    await start({ keptCalls: 2 });
    for (let i = 0; i < 5; i++) {
      await call("schemas");
    }
    expect(fake.calls.map(({ number }) => number)).toEqual([4, 5]);
    expect(fake.stats.calls).toBe(5);
  });

  it("takes its time by the clock's sleep", async () => {
    await start({ latencyMs: 800 });
    await call("logs");
    expect(clock.nowMs()).toBe(NOON * 1000 + 800);
  });
});

describe("close", () => {
  it("reports what a hook threw", async () => {
    await start({
      onCall: () => {
        throw new Error("the hook is wrong");
      },
    });
    await expect(call("logs")).rejects.toThrow();
    const broken = fake;
    await start();
    await expect(broken.close()).rejects.toThrow("the hook is wrong");
  });

  it("frees a call that hangs", async () => {
    await start();
    fake.faults.next("stall");
    fake.onCall = () => {
      setImmediate(() => fake.close());
    };
    await expect(call("logs")).rejects.toThrow();
  });
});
