import { describe, expect, it } from "vitest";
import { makeEntries } from "../../fake-slack/entries.ts";
import { FAKE_TOKEN } from "../../fake-slack/fake-slack.ts";
import { call, clock, errorOf, fake, logs, NOON, type Params, start } from "./ask-fake.ts";

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
