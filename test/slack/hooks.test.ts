import { describe, expect, it } from "vitest";
import { AuditLogsClient, type AuditLogsClientOptions } from "../../lib/slack/client.ts";
import type { AttemptReport, WaitReport } from "../../lib/slack/hooks.ts";
import { RatePacer } from "../../lib/slack/pacer.ts";
import {
  allBuiltinRetryHandlers,
  ConnectionErrorRetryHandler,
  fixedInterval,
  RateLimitErrorRetryHandler,
  type RetryState,
} from "../../lib/slack/retry.ts";
import { cutByLength, page, raw, refusal, reset, scriptedServer } from "./scripted-server.ts";

const token = "xoxp-1-2-3-secret";
const clock = { nowMs: () => 1_700_000_000_000, sleep: () => Promise.resolve() };

function recorder(options: AuditLogsClientOptions) {
  const attempts: AttemptReport[] = [];
  const waits: WaitReport[] = [];
  const client = new AuditLogsClient({
    token,
    clock,
    random: () => 0,
    hooks: {
      onAttempt: (report) => attempts.push(report),
      onWait: (report) => waits.push(report),
    },
    ...options,
  });
  return { client, attempts, waits };
}

describe("hooks", () => {
  it("are told of each attempt and each wait", async () => {
    await using server = await scriptedServer(
      reset,
      refusal("ratelimited", 429, { "retry-after": "7" }),
      refusal("internal_error", 500),
      raw("<html>"),
      page(["a"]),
    );
    const { client, attempts, waits } = recorder({
      baseUrl: server.baseUrl,
      retryHandlers: allBuiltinRetryHandlers(),
    });
    await client.logsPage();
    expect(attempts.map(({ attempt, status, error }) => [attempt, status, error?.code])).toEqual([
      [1, undefined, "slack_connection_error"],
      [2, 429, "slack_api_error"],
      [3, 500, "slack_api_error"],
      [4, 200, "slack_body_error"],
      [5, 200, undefined],
    ]);
    expect(attempts[4]).toMatchObject({ method: "GET", path: "logs", durationMs: 0 });
    expect(attempts[3]?.bodyBytes).toBe("<html>".length);
    expect(waits).toEqual([
      { reason: "retry", attempt: 1, delayMs: 500, handler: "ConnectionErrorRetryHandler" },
      { reason: "retry", attempt: 2, delayMs: 7000, handler: "RateLimitErrorRetryHandler" },
      { reason: "retry", attempt: 3, delayMs: 500, handler: "ServerErrorRetryHandler" },
      { reason: "retry", attempt: 4, delayMs: 500, handler: "BodyErrorRetryHandler" },
    ]);
  });

  it("are told of waits for the pacer", async () => {
    await using server = await scriptedServer(page([]));
    const pacer = new RatePacer({ burstCalls: 1 });
    const { client, waits } = recorder({ baseUrl: server.baseUrl, pacer });
    await client.logs();
    await client.logs();
    expect(waits).toEqual([{ reason: "pacer", attempt: 1, delayMs: 1200, handler: undefined }]);
  });

  it("end the call with what they throw", async () => {
    await using server = await scriptedServer(page([]));
    const broken = new Error("no metrics");
    const onAttempt = () => {
      throw broken;
    };
    const client = new AuditLogsClient({ token, baseUrl: server.baseUrl, hooks: { onAttempt } });
    await expect(client.logs()).rejects.toBe(broken);
    expect(server.received).toHaveLength(1);
  });
});

describe("a retry handler", () => {
  it("sees the request without the token, and the response", async () => {
    await using server = await scriptedServer(
      refusal("fatal", 503, { "x-slack-req-id": "r1" }),
      reset,
    );
    const states: RetryState[] = [];
    const client = new AuditLogsClient({
      token,
      baseUrl: server.baseUrl,
      headers: { "X-Team": "soc" },
      retryHandlers: [
        {
          name: "spy",
          maxRetryCount: 2,
          canRetry: (state) => states.push(state) < 2,
          delayMs: () => 0,
        },
      ],
    });
    await expect(client.logs({ limit: 1, query: { echo: token } })).rejects.toThrow();
    const [refused, dropped] = states;
    expect(refused?.request).toMatchObject({
      method: "GET",
      url: `${server.baseUrl}logs?echo=[redacted]&limit=1`,
      headers: { "x-team": "soc", accept: "application/json" },
    });
    expect(JSON.stringify(refused?.request)).not.toContain(token);
    expect(refused?.request.headers).not.toHaveProperty("authorization");
    expect(refused?.response).toMatchObject({ status: 503, body: { error: "fatal" } });
    expect(refused?.response?.headers["x-slack-req-id"]).toBe("r1");
    expect(refused?.response?.rawText).toBe('{"ok":false,"error":"fatal"}');
    expect(dropped?.response).toBeUndefined();
  });

  it("can be added to a client that is there", async () => {
    await using server = await scriptedServer(refusal("ratelimited", 429), page(["a"]));
    const client = new AuditLogsClient({ token, baseUrl: server.baseUrl });
    await expect(client.logs()).rejects.toMatchObject({ status: 429 });
    server.received.length = 0;
    client.addRetryHandler(new RateLimitErrorRetryHandler({ interval: fixedInterval(0) }));
    await client.logs();
    expect(server.received).toHaveLength(2);
  });

  it("added to one client is not another's, nor the caller's list's", async () => {
    const retryHandlers = [new ConnectionErrorRetryHandler()];
    new AuditLogsClient({ retryHandlers }).addRetryHandler(new RateLimitErrorRetryHandler());
    expect(retryHandlers).toHaveLength(1);
  });

  it.each([
    [["ECONNRESET"], reset, 2],
    [["UND_ERR_SOCKET"], reset, 1],
    [["timeout"], reset, 1],
    [["network"], reset, 2],
    [["cut"], cutByLength, 2],
    [["network"], cutByLength, 1],
    [[], reset, 1],
  ])("for connections retries only %j", async (only, step, calls) => {
    await using server = await scriptedServer(step);
    const handler = new ConnectionErrorRetryHandler({ only, interval: fixedInterval(0) });
    const client = new AuditLogsClient({
      token,
      baseUrl: server.baseUrl,
      retryHandlers: [handler],
    });
    await expect(client.logs()).rejects.toMatchObject({ name: "SlackConnectionError" });
    expect(server.received).toHaveLength(calls);
  });
});
