import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MONDAY_MORNING, makeEntries } from "../../fake-slack/entries.ts";
import { FAKE_TOKEN, type FakeSlack, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { FAULT_NAMES, type FaultName } from "../../fake-slack/faults.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

let fake: FakeSlack;

beforeEach(async () => {
  fake = await startFakeSlack({
    entries: makeEntries(20),
    clock: new VirtualClock((MONDAY_MORNING + 3600) * 1000),
  });
});

afterEach(() => fake.close());

function call(params = "", signal?: AbortSignal): Promise<Response> {
  return fetch(`${fake.baseUrl}logs?${params}`, {
    headers: { authorization: `Bearer ${FAKE_TOKEN}` },
    redirect: "manual",
    signal: signal ?? null,
  });
}

interface Page {
  entries: Record<string, unknown>[];
  response_metadata: { next_cursor: string };
}

async function page(params = ""): Promise<Page> {
  return (await (await call(params)).json()) as Page;
}

async function nextCursor(params = "limit=5"): Promise<string> {
  return encodeURIComponent((await page(params)).response_metadata.next_cursor);
}

describe("a fault over real HTTP", () => {
  it.each<[FaultName, number, string | null, RegExp]>([
    ["throttled", 429, "1", /rate_limited/],
    ["throttled_decimal", 429, "1.5", /rate_limited/],
    ["throttled_until_date", 429, "Mon, 02 Mar 2026 10:00:02 GMT", /rate_limited/],
    ["throttled_without_header", 429, null, /rate_limited/],
    ["throttled_for_a_day", 429, "86400", /rate_limited/],
    ["internal_error", 500, null, /internal_error/],
    ["unavailable", 503, null, /^unavailable$/],
    ["html_bad_gateway", 502, null, /^<!DOCTYPE html>/],
    ["html_ok", 200, null, /^<!DOCTYPE html>/],
    ["empty_body", 200, null, /^$/],
    ["wrong_shape", 200, null, /^\{"entries":\{\}\}$/],
    ["ok_false", 200, null, /^\{"ok":false,"error":"internal_error"\}$/],
    ["token_refused", 401, null, /invalid_authentication/],
    ["redirect", 302, null, /^$/],
  ])("%s answers %i", async (name, status, retryAfter, body) => {
    fake.faults.next(name);
    const response = await call();
    expect(response.status).toBe(status);
    expect(response.headers.get("retry-after")).toBe(retryAfter);
    expect(await response.text()).toMatch(body);
  });

  it("redirect names another host", async () => {
    fake.faults.next("redirect");
    const response = await call();
    expect(new URL(response.headers.get("location") ?? "").hostname).toBe("collector.invalid");
  });

  it("reset ends the connection before an answer", async () => {
    fake.faults.next("reset");
    await expect(call()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  });

  it.each<FaultName>(["reset_mid_body", "cut_body", "cut_chunked_body"])(
    "%s ends the connection within the body",
    async (name) => {
      fake.faults.next(name);
      const response = await call();
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow("terminated");
    },
  );

  it.each<[FaultName, boolean]>([
    ["cut_body", true],
    ["cut_chunked_body", false],
  ])("%s: a length was promised: %s", async (name, promised) => {
    fake.faults.next(name);
    const response = await call();
    expect(response.headers.has("content-length")).toBe(promised);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it("stall_mid_body sends half a page and then nothing until the caller leaves", async () => {
    fake.faults.next("stall_mid_body");
    const leaving = new AbortController();
    const response = await call("", leaving.signal);
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(value?.length).toBeLessThan(Number(response.headers.get("content-length")));
    leaving.abort();
    await expect(reader?.read()).rejects.toThrow("aborted");
    expect((await call()).status).toBe(200);
  });

  it("stall answers nothing until the caller leaves", async () => {
    fake.faults.next("stall");
    const leaving = new AbortController();
    fake.onCall = () => {
      setImmediate(() => leaving.abort());
    };
    await expect(call("", leaving.signal)).rejects.toThrow("aborted");
  });

  it("malformed_json is complete and no JSON", async () => {
    fake.faults.next("malformed_json");
    const text = await (await call()).text();
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it.each<[FaultName, (entry: Record<string, unknown>) => unknown, unknown]>([
    ["entry_without_id", (entry) => entry.id, undefined],
    ["entry_without_date_create", (entry) => entry.date_create, undefined],
    ["entry_with_number_id", (entry) => typeof entry.id, "number"],
    ["entry_with_string_date_create", (entry) => typeof entry.date_create, "string"],
  ])("%s stands beside the entries of the page", async (name, field, expected) => {
    fake.faults.next(name);
    const { entries } = await page("limit=5");
    expect(entries).toHaveLength(6);
    expect(field(entries[0] ?? {})).toBe(expected);
  });

  it("a malformed entry can be the only one of a page", async () => {
    fake.faults.next("entry_without_id");
    const { entries } = await page(`oldest=${MONDAY_MORNING + 100}`);
    expect(entries).toHaveLength(1);
  });

  it("expired_cursor waits for a call with a cursor", async () => {
    fake.faults.next("expired_cursor");
    const cursor = await nextCursor();
    expect((await call(`cursor=${cursor}`)).status).toBe(400);
    expect((await call(`cursor=${cursor}`)).status).toBe(200);
  });

  it("empty_page has a cursor that goes on from the same place", async () => {
    const cursor = await nextCursor();
    const { entries } = await page(`cursor=${cursor}`);
    fake.faults.next("empty_page");
    const empty = await page(`cursor=${cursor}`);
    expect(empty.entries).toEqual([]);
    const next = encodeURIComponent(empty.response_metadata.next_cursor);
    expect((await page(`cursor=${next}`)).entries).toEqual(entries);
  });

  it("empty_page can be the first of a listing", async () => {
    fake.faults.next("empty_page");
    expect((await page(`cursor=${await nextCursor("")}`)).entries).toHaveLength(20);
  });

  it.each(FAULT_NAMES)("%s is over after one call", async (name) => {
    const cursor = await nextCursor();
    fake.faults.next(name);
    const leaving = new AbortController();
    if (name.startsWith("stall")) {
      fake.onCall = () => {
        setImmediate(() => leaving.abort());
      };
    }
    await call(`cursor=${cursor}`, leaving.signal)
      .then((response) => response.text())
      .catch(() => undefined);
    fake.onCall = undefined;
    const { entries } = await page("limit=5");
    expect(entries).toHaveLength(5);
    expect(fake.calls.at(-2)?.answer?.fault).toBeDefined();
  });
});

describe("a plan of faults", () => {
  async function statuses(calls: number): Promise<number[]> {
    const seen: number[] = [];
    for (let i = 0; i < calls; i++) {
      const response = await call();
      await response.text();
      seen.push(response.status);
    }
    return seen;
  }

  it("repeats a fault as often as told", async () => {
    fake.faults.next("throttled", 2);
    expect(await statuses(3)).toEqual([429, 429, 200]);
  });

  it("keeps the order of the queue", async () => {
    fake.faults.next("unavailable");
    fake.faults.next("throttled");
    expect(await statuses(3)).toEqual([503, 429, 200]);
  });

  it("hits a call by its number", async () => {
    fake.faults.at(2, "unavailable");
    expect(await statuses(3)).toEqual([200, 503, 200]);
  });

  it("hits the calls that a rule picks", async () => {
    fake.faults.when(({ number }) => (number % 2 === 0 ? "unavailable" : undefined));
    expect(await statuses(4)).toEqual([200, 503, 200, 503]);
  });

  it("takes faults of its own making", async () => {
    fake.faults.next({
      kind: "error",
      code: "missing_scope",
      status: 403,
      fields: { needed: "auditlogs:read" },
    });
    const response = await call();
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      ok: false,
      error: "missing_scope",
      needed: "auditlogs:read",
    });
  });

  it("is forgotten on clear", async () => {
    fake.faults.next("throttled");
    fake.faults.at(1, "throttled");
    fake.faults.when(() => "throttled");
    fake.faults.clear();
    expect(await statuses(1)).toEqual([200]);
  });
});
