import { describe, expect, it } from "vitest";
import { AuditLogsClient } from "../../lib/slack/client.ts";
import { RatePacer } from "../../lib/slack/pacer.ts";
import { page, refusal, scriptedServer } from "./scripted-server.ts";

/** Time that passes in waits only. */
function steppedClock(startMs = 0) {
  const waits: number[] = [];
  let nowMs = startMs;
  return {
    waits,
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      waits.push(ms);
      nowMs += ms;
    },
  };
}

describe("a pacer", () => {
  it("lets a burst go, then keeps Slack's 50 calls a minute", () => {
    const pacer = new RatePacer();
    const waits = Array.from({ length: 13 }, () => pacer.take(1_000_000));
    expect(waits).toEqual([...Array(10).fill(0), 1200, 2400, 3600]);
  });

  it("gives a burst again after a pause, and no more", () => {
    const pacer = new RatePacer({ callsPerMinute: 60, burstCalls: 2 });
    expect([0, 0, 0].map((nowMs) => pacer.take(nowMs))).toEqual([0, 0, 1000]);
    expect([60_000, 60_000, 60_000].map((nowMs) => pacer.take(nowMs))).toEqual([0, 0, 1000]);
  });

  it("holds all turns until the time that Slack asked for", () => {
    const pacer = new RatePacer({ callsPerMinute: 60, burstCalls: 2 });
    pacer.take(0);
    pacer.pause(30_000);
    pacer.pause(10_000);
    expect([1000, 1000, 1000].map((nowMs) => pacer.take(nowMs))).toEqual([29_000, 29_000, 30_000]);
  });

  it.each([
    { callsPerMinute: 0 },
    { callsPerMinute: Number.NaN },
    { callsPerMinute: Number.POSITIVE_INFINITY },
    { burstCalls: 0 },
    { burstCalls: 1.5 },
  ])("refuses %j", (options) => {
    expect(() => new RatePacer(options)).toThrow(RangeError);
  });
});

describe("a client with a pacer", () => {
  const options = { token: "xoxp-1-2-3-secret", retryHandlers: [] };
  const pacer = () => new RatePacer({ callsPerMinute: 60, burstCalls: 1 });

  it("spaces the calls that share it", async () => {
    await using server = await scriptedServer(page([]));
    const clock = steppedClock();
    const { baseUrl } = server;
    const client = new AuditLogsClient({ ...options, baseUrl, clock, pacer: pacer() });
    await client.logs();
    await client.actions().catch(() => {});
    await client.logsPage();
    expect(clock.waits).toEqual([1000, 1000]);
  });

  it("holds later calls after a 429", async () => {
    const throttled = refusal("ratelimited", 429, { "retry-after": "30" });
    await using server = await scriptedServer(throttled, page([]));
    const clock = steppedClock();
    const { baseUrl } = server;
    const client = new AuditLogsClient({ ...options, baseUrl, clock, pacer: pacer() });
    await expect(client.logs()).rejects.toMatchObject({ status: 429 });
    await client.logs();
    expect(clock.waits).toEqual([30_000]);
  });

  it("begins no wait that would go past the deadline", async () => {
    await using server = await scriptedServer(page([]));
    const clock = steppedClock();
    const { baseUrl } = server;
    const client = new AuditLogsClient({ ...options, baseUrl, clock, pacer: pacer() });
    await client.logs({}, { deadlineMs: 500 });
    await expect(client.logs({}, { deadlineMs: 500 })).rejects.toMatchObject({
      name: "SlackDeadlineError",
    });
    expect(clock.waits).toEqual([]);
    expect(server.received).toHaveLength(1);
  });
});
