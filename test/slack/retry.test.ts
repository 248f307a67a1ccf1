import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { AuditLogsClient, type AuditLogsClientOptions } from "../../lib/slack/client.ts";
import type { Clock } from "../../lib/slack/clock.ts";
import {
  SlackApiError,
  SlackConfigurationError,
  SlackConnectionError,
  SlackDeadlineError,
} from "../../lib/slack/errors.ts";
import {
  addedJitter,
  BodyErrorRetryHandler,
  backoffInterval,
  ConnectionErrorRetryHandler,
  fixedInterval,
  noJitter,
  RateLimitErrorRetryHandler,
  type RetryHandler,
  type RetryState,
  ServerErrorRetryHandler,
} from "../../lib/slack/retry.ts";
import type { Fetch } from "../../lib/slack/transport.ts";
import {
  cutByLength,
  cutChunked,
  html,
  page,
  raw,
  refusal,
  reset,
  type Step,
  scriptedServer,
} from "./scripted-server.ts";

const NOW_MS = Date.parse("2026-01-02T03:04:05Z");

/** Sleeping moves it, and is written down. */
class RecordingClock implements Clock {
  now = NOW_MS;
  readonly sleptMs: number[] = [];
  nowMs(): number {
    return this.now;
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleptMs.push(ms);
    this.now += ms;
  }
}

const half = () => 0.5;

async function run(
  steps: [Step, ...Step[]],
  options: AuditLogsClientOptions,
  call: { deadlineMs?: number; signal?: AbortSignal } = {},
) {
  await using server = await scriptedServer(...steps);
  const clock = new RecordingClock();
  const client = new AuditLogsClient({
    baseUrl: server.baseUrl,
    token: "t",
    clock,
    random: half,
    ...options,
  });
  const outcome = await client.logsPage({}, call).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  );
  return { ...outcome, calls: server.received.length, sleptMs: clock.sleptMs };
}

/** Against a network that never answers. */
async function runSilent(options: AuditLogsClientOptions, call: { deadlineMs?: number } = {}) {
  let calls = 0;
  const fetch: Fetch = () => {
    calls += 1;
    return new Promise(() => {});
  };
  const clock = new RecordingClock();
  const client = new AuditLogsClient({ token: "t", clock, fetch, ...options });
  const error = await client.logsPage({}, call).catch((thrown: unknown) => thrown);
  return { error, calls };
}

const immediately = { interval: fixedInterval(0) };

describe("by default", () => {
  it.each([
    ["a reset", reset],
    ["a body cut by length", cutByLength],
    ["a cut chunked body", cutChunked],
  ])("%s is tried once more, after half a second and jitter", async (_, step) => {
    const { value, calls, sleptMs } = await run([step, page(["a"])], {});
    expect(value?.entries.map(({ id }) => id)).toEqual(["a"]);
    expect(calls).toBe(2);
    expect(sleptMs).toEqual([1000]);
  });

  it("a time-out is tried once more, each attempt with its own time", async () => {
    const { error, calls } = await runSilent({ timeoutMs: 5 });
    expect(error).toMatchObject({ name: "SlackConnectionError", fault: "timeout" });
    expect(calls).toBe(2);
  });

  it.each([
    ["429", refusal("ratelimited", 429)],
    ["503", html(503)],
    ["an HTML page", html(200)],
    ["a refusal", refusal("invalid_cursor", 400)],
  ])("%s is not", async (_, step) => {
    const { error, calls } = await run([step, page([])], {});
    expect(error).toBeInstanceOf(Error);
    expect(calls).toBe(1);
  });
});

describe("the rate limit handler", () => {
  const jitterless = { jitter: noJitter };

  it.each([
    ["seconds", "30", 30_000],
    ["decimals", "1.5", 1500],
    ["a date", "Fri, 02 Jan 2026 03:04:50 GMT", 45_000],
    ["a date in the past", "Fri, 02 Jan 2026 03:04:00 GMT", 0],
    ["more than the cap", "86400", 300_000],
    ["a date beyond the cap", "Fri, 02 Jan 2099 00:00:00 GMT", 300_000],
  ])("waits as Retry-After says: %s", async (_, header, waitMs) => {
    const limited = refusal("ratelimited", 429, { "retry-after": header });
    const { value, sleptMs } = await run([limited, page(["a"])], {
      retryHandlers: [new RateLimitErrorRetryHandler(jitterless)],
    });
    expect(value?.entries).toHaveLength(1);
    expect(sleptMs).toEqual([waitMs]);
  });

  it("adds up to a second of jitter, and takes another cap", async () => {
    const limited = refusal("ratelimited", 429, { "retry-after": "30" });
    const { sleptMs } = await run([limited, limited, page([])], {
      retryHandlers: [
        new RateLimitErrorRetryHandler({ maxRetryCount: 2, maxRetryAfterMs: 10_000 }),
      ],
    });
    expect(sleptMs).toEqual([10_500, 10_500]);
  });

  it("goes by the status, whatever the body, and by the code on another status", async () => {
    const retryHandlers = [new RateLimitErrorRetryHandler()];
    for (const step of [html(429), refusal("rate_limited", 200), refusal("ratelimited", 400)]) {
      expect(await run([step, page([])], { retryHandlers })).toMatchObject({
        error: undefined,
        calls: 2,
      });
    }
  });

  it("backs off by itself when Slack names no time", async () => {
    const { sleptMs } = await run([refusal("ratelimited", 429)], {
      retryHandlers: [
        new RateLimitErrorRetryHandler({
          maxRetryCount: 3,
          interval: backoffInterval({ jitter: noJitter }),
        }),
      ],
    });
    expect(sleptMs).toEqual([500, 1000, 2000]);
  });

  it("gives up after its count", async () => {
    const { error, calls } = await run([refusal("ratelimited", 429, { "retry-after": "7" })], {
      retryHandlers: [new RateLimitErrorRetryHandler({ maxRetryCount: 2 })],
    });
    expect(error).toBeInstanceOf(SlackApiError);
    expect(error).toMatchObject({ status: 429, retryAfterSeconds: 7 });
    expect(calls).toBe(3);
  });
});

describe("the server error handler", () => {
  it.each([500, 502, 503, 504, 599])("retries %i", async (status) => {
    const { calls } = await run([html(status), page([])], {
      retryHandlers: [new ServerErrorRetryHandler(immediately)],
    });
    expect(calls).toBe(2);
  });

  it("honours Retry-After", async () => {
    const { sleptMs } = await run([raw("", 503, { "retry-after": "3" }), page([])], {
      retryHandlers: [new ServerErrorRetryHandler({ jitter: noJitter })],
    });
    expect(sleptMs).toEqual([3000]);
  });

  it("retries Slack's internal_error that comes with a good status", async () => {
    const { calls } = await run([refusal("internal_error", 200), page([])], {
      retryHandlers: [new ServerErrorRetryHandler(immediately)],
    });
    expect(calls).toBe(2);
  });

  it("leaves 4xx alone", async () => {
    const { calls } = await run([refusal("x", 400), page([])], {
      retryHandlers: [new ServerErrorRetryHandler()],
    });
    expect(calls).toBe(1);
  });
});

describe("the body error handler", () => {
  it.each([
    ["HTML", html(200)],
    ["cut JSON", raw('{"entries":[')],
    ["no JSON", raw("nope")],
    ["another shape", raw("{}")],
  ])("retries %s", async (_, step) => {
    const { value, calls } = await run([step, page(["a"])], {
      retryHandlers: [new BodyErrorRetryHandler(immediately)],
    });
    expect(value?.entries).toHaveLength(1);
    expect(calls).toBe(2);
  });

  it("leaves a body alone that is too large", async () => {
    const { error, calls } = await run([raw("x".repeat(11))], {
      maxBodyBytes: 10,
      retryHandlers: [new BodyErrorRetryHandler(immediately)],
    });
    expect(error).toMatchObject({ problem: "too_large" });
    expect(calls).toBe(1);
  });
});

describe("several handlers", () => {
  it("with one retry each allow two retries", async () => {
    const { value, calls } = await run([reset, html(502), page(["a"])], {
      retryHandlers: [
        new ConnectionErrorRetryHandler(immediately),
        new ServerErrorRetryHandler(immediately),
      ],
    });
    expect(value?.entries).toHaveLength(1);
    expect(calls).toBe(3);
  });

  it("for the same failure take turns when the first has no retries left", async () => {
    const { calls } = await run([html(502)], {
      retryHandlers: [
        new ServerErrorRetryHandler(immediately),
        new ServerErrorRetryHandler(immediately),
      ],
    });
    expect(calls).toBe(3);
  });

  it("are fresh for the next call", async () => {
    await using server = await scriptedServer(reset, page([]), reset, page([]));
    const client = new AuditLogsClient({
      baseUrl: server.baseUrl,
      token: "t",
      retryHandlers: [new ConnectionErrorRetryHandler(immediately)],
    });
    await client.logs();
    await client.logs();
    expect(server.received).toHaveLength(4);
  });
});

describe("a handler of one's own", () => {
  const custom = (handler: Partial<RetryHandler>): RetryHandler => ({
    name: "custom",
    maxRetryCount: 3,
    canRetry: () => true,
    delayMs: () => 0,
    ...handler,
  });

  it("can have the token renewed before the next attempt", async () => {
    await using server = await scriptedServer(refusal("invalid_authentication", 401), page([]));
    let token = "old";
    const client = new AuditLogsClient({
      baseUrl: server.baseUrl,
      token: () => token,
      retryHandlers: [
        custom({
          canRetry: ({ error }) => error instanceof SlackApiError && error.status === 401,
          prepare: async () => {
            token = "new";
          },
        }),
      ],
    });
    await client.logs();
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer old",
      "Bearer new",
    ]);
  });

  it("learns what failed, how often, and keeps notes", async () => {
    const states: Partial<RetryState>[] = [];
    await run([html(500), html(501), html(502)], {
      retryHandlers: [
        new ServerErrorRetryHandler({ maxRetryCount: 1, interval: fixedInterval(7) }),
        custom({
          maxRetryCount: 1,
          canRetry: async ({ error, attempt, retryCount, nowMs, values }) => {
            states.push({ error, attempt, retryCount, nowMs, values });
            return true;
          },
        }),
      ],
    });
    expect(states).toEqual([
      {
        error: expect.objectContaining({ status: 501 }),
        attempt: 2,
        retryCount: 0,
        nowMs: NOW_MS + 7,
        values: new Map(),
      },
    ]);
  });

  it("ends the call by throwing", async () => {
    const failing = () => Promise.reject(new Error("the vault is closed"));
    const { error, calls } = await run([html(500)], {
      retryHandlers: [custom({ prepare: failing })],
    });
    expect(error).toEqual(new Error("the vault is closed"));
    expect(calls).toBe(1);
  });

  it("is not asked about a mistake of the caller", async () => {
    let asked = 0;
    const { error } = await run([page([])], {
      token: "",
      retryHandlers: [custom({ canRetry: () => ++asked > 0 })],
    });
    expect(error).toBeInstanceOf(SlackConfigurationError);
    expect(asked).toBe(0);
  });
});

describe("a deadline", () => {
  const retryHandlers = [new RateLimitErrorRetryHandler({ jitter: noJitter })];
  const limited = refusal("ratelimited", 429, { "retry-after": "30" });

  it("lets no call begin after it", async () => {
    for (const deadlineMs of [NOW_MS - 1, NOW_MS]) {
      const { error, calls } = await run([page([])], {}, { deadlineMs });
      expect(error).toBeInstanceOf(SlackDeadlineError);
      expect(error).toMatchObject({ retryAfterSeconds: undefined });
      expect(calls).toBe(0);
    }
  });

  it("lets no wait begin that does not fit, and says how long Slack asked to wait", async () => {
    for (const timeLeftMs of [29_999, 30_000]) {
      const call = { deadlineMs: NOW_MS + timeLeftMs };
      const { error, calls, sleptMs } = await run([limited, page([])], { retryHandlers }, call);
      expect(error).toBeInstanceOf(SlackDeadlineError);
      expect(error).toMatchObject({
        retryAfterSeconds: 30,
        cause: expect.objectContaining({ status: 429 }),
        message: expect.stringContaining("Slack asked to wait 30 s"),
      });
      expect({ calls, sleptMs }).toEqual({ calls: 1, sleptMs: [] });
    }
  });

  it("leaves alone what fits", async () => {
    const call = { deadlineMs: NOW_MS + 31_000 };
    const { value, sleptMs } = await run([limited, page(["a"])], { retryHandlers }, call);
    expect(value?.entries).toHaveLength(1);
    expect(sleptMs).toEqual([30_000]);
  });

  it("says what Slack asked for, not what the cap makes of it", async () => {
    const long = refusal("ratelimited", 429, { "retry-after": "4000" });
    const call = { deadlineMs: NOW_MS + 60_000 };
    const { error } = await run([long], { retryHandlers }, call);
    expect(error).toMatchObject({ name: "SlackDeadlineError", retryAfterSeconds: 4000 });
  });

  it("ends an attempt that is still going, and that attempt is not repeated", async () => {
    const call = { deadlineMs: NOW_MS + 10 };
    const { error, calls } = await runSilent({}, call);
    expect(error).toBeInstanceOf(SlackDeadlineError);
    expect(error).toHaveProperty("cause", expect.any(SlackConnectionError));
    expect(calls).toBe(1);
  });

  it("is not what ends an attempt that exceeds its own time first", async () => {
    const call = { deadlineMs: NOW_MS + 60_000 };
    const { error } = await runSilent({ timeoutMs: 5, retryHandlers: [] }, call);
    expect(error).toBeInstanceOf(SlackConnectionError);
  });

  it("that is not a number lets no call begin", async () => {
    const { error, calls } = await run([page([])], {}, { deadlineMs: Number.NaN });
    expect(error).toBeInstanceOf(SlackDeadlineError);
    expect(calls).toBe(0);
  });
});

describe("an abort", () => {
  it.each(["a clock that listens", "a clock that does not"])(
    "ends a wait, with %s",
    async (kind) => {
      const controller = new AbortController();
      const clock: Clock = {
        nowMs: () => NOW_MS,
        sleep: (_, signal) =>
          new Promise((_resolve, reject) => {
            if (kind === "a clock that listens") {
              signal?.addEventListener("abort", () => reject(signal.reason));
            }
            controller.abort(new Error("enough"));
          }),
      };
      const { signal } = controller;
      const { error, calls } = await run([reset, page([])], { clock }, { signal });
      expect(error).toEqual(new Error("enough"));
      expect(calls).toBe(1);
    },
  );

  it("ends a preparation that hangs", async () => {
    const controller = new AbortController();
    const handler: RetryHandler = {
      name: "hanging",
      maxRetryCount: 1,
      canRetry: () => true,
      delayMs: () => 0,
      prepare: () => {
        controller.abort(new Error("enough"));
        return new Promise(() => {});
      },
    };
    const { signal } = controller;
    const { error } = await run([reset], { retryHandlers: [handler] }, { signal });
    expect(error).toEqual(new Error("enough"));
  });

  it("leaves no listener behind on a signal that outlives the call", async () => {
    const { signal } = new AbortController();
    await run([reset, page([])], {}, { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("before the call sends nothing", async () => {
    const { calls } = await run([page([])], {}, { signal: AbortSignal.abort() });
    expect(calls).toBe(0);
  });
});

describe("intervals", () => {
  it("are fixed, or double up to a limit, with jitter on top", () => {
    expect(fixedInterval()(3, half)).toBe(500);
    const backoff = backoffInterval({ factorMs: 100, maxMs: 500, jitter: noJitter });
    expect([0, 1, 2, 3, 2000].map((n) => backoff(n, half))).toEqual([100, 200, 400, 500, 500]);
    expect(backoffInterval({ jitter: addedJitter(10) })(0, half)).toBe(505);
    expect(addedJitter()(0, half)).toBe(500);
  });

  it.each([-1, 1.5, Number.NaN])("do not take %s retries", (maxRetryCount) => {
    expect(() => new ServerErrorRetryHandler({ maxRetryCount })).toThrow(RangeError);
  });
});
