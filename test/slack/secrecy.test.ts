import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AuditLogsClient, type AuditLogsClientOptions } from "../../lib/slack/client.ts";
import type { Logger } from "../../lib/slack/logger.ts";
import {
  BodyErrorRetryHandler,
  ConnectionErrorRetryHandler,
  fixedInterval,
  RateLimitErrorRetryHandler,
  ServerErrorRetryHandler,
} from "../../lib/slack/retry.ts";
import type { Fetch } from "../../lib/slack/transport.ts";
import {
  cutByLength,
  cutChunked,
  html,
  json,
  page,
  raw,
  refusal,
  reset,
  type Step,
  scriptedServer,
  silence,
  stall,
} from "./scripted-server.ts";

const SECRETS = {
  "a Slack token": "xoxp-111-222-333-deadbeefcafe",
  "a token of another form": "opaque/token+of=another~form",
};
const ENTRY_TEXT = "the-text-of-an-entry";

/** Everything that a caller might print. */
function everythingShown(error: unknown, logs: unknown[]): string {
  return [
    inspect(error, { depth: 10 }),
    String(error),
    JSON.stringify(error),
    error instanceof Error ? error.stack : "",
    inspect(logs, { depth: 10 }),
    JSON.stringify(logs),
  ].join("\n");
}

function recordingLogger(): Logger & { lines: unknown[] } {
  const lines: unknown[] = [];
  const write = (message: string, fields: unknown) => lines.push({ message, fields });
  return { lines, debug: write, info: write, warn: write, error: write };
}

const interval = fixedInterval(0);
const retryHandlers = [
  new ConnectionErrorRetryHandler({ interval }),
  new RateLimitErrorRetryHandler({ interval, maxRetryAfterMs: 0, jitter: (ms) => ms }),
  new ServerErrorRetryHandler({ interval }),
  new BodyErrorRetryHandler({ interval }),
];

const leaking = (token: string): Record<string, Step> => ({
  "a reset": reset,
  "a body cut by length": cutByLength,
  "a cut chunked body": cutChunked,
  silence,
  "a stalled body": stall,
  "HTML 502": html(502),
  "HTML 200": html(200),
  "429": refusal("ratelimited", 429, { "retry-after": "1" }),
  "a redirect that names the token": raw("", 302, { location: `https://evil.example/?t=${token}` }),
  "a refusal that names the token": json({ ok: false, error: token }, 401),
  "scopes that name the token": json(
    { ok: false, error: "missing_scope", needed: token, provided: `a,${token}` },
    403,
  ),
  "an error page that names the token": raw(`Bearer ${token} is bad`, 500, { "x-echo": token }),
  "JSON cut within an entry": raw(`{"entries":[{"id":"1","name":"${ENTRY_TEXT}`),
  "malformed JSON": raw(`{"entries":[{"id":"1","name":"${ENTRY_TEXT}",}]}`),
  "another shape": json({ items: [{ name: ENTRY_TEXT }] }),
  "an error code that is the text of an entry": json({
    ok: false,
    error: `${ENTRY_TEXT} and more`,
  }),
  "too large a body": raw(ENTRY_TEXT.repeat(100)),
});

describe.each(Object.entries(SECRETS))("I7: %s", (_, token) => {
  const transports: [string, AuditLogsClientOptions][] = [
    ["undici", {}],
    ["fetch", { fetch: globalThis.fetch as Fetch }],
  ];
  describe.each(transports)("over %s", (_name, transport) => {
    it.each(Object.entries(leaking(token)))("is not shown after %s", async (_fault, step) => {
      await using server = await scriptedServer(step);
      const logger = recordingLogger();
      const client = new AuditLogsClient({
        baseUrl: server.baseUrl,
        token,
        logger,
        timeoutMs: step === silence || step === stall ? 20 : 10_000,
        maxBodyBytes: 500,
        retryHandlers,
        ...transport,
      });
      for (const call of [() => client.logs(), () => client.logsPage()]) {
        const error = await call().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(Error);
        const shown = everythingShown(error, logger.lines);
        expect(shown).not.toContain(token);
        expect(shown).not.toContain(encodeURIComponent(token));
        expect(shown).not.toContain(ENTRY_TEXT);
      }
      expect(logger.lines).not.toHaveLength(0);
    });
  });

  it("is not shown in the URL of a response, nor in the client itself", async () => {
    await using server = await scriptedServer(page([]));
    const logger = recordingLogger();
    const client = new AuditLogsClient({ baseUrl: server.baseUrl, token, logger });
    const response = await client.logs({ query: { echo: token } });
    const shown = everythingShown({ ...response, client }, logger.lines);
    expect(shown).not.toContain(token);
    expect(shown).not.toContain(encodeURIComponent(token));
    expect(server.received[0]?.query.get("echo")).toBe(token);
  });

  it("is not shown when a fetch hangs the whole request on its error", async () => {
    const fetch: Fetch = (url, init) => {
      const inner = Object.assign(new Error(`cannot send ${init.headers.authorization}`), { init });
      const error = new Error(`calling ${url} with ${token} failed`, { cause: inner });
      return Promise.reject(Object.assign(error, { config: init, code: token }));
    };
    const logger = recordingLogger();
    const client = new AuditLogsClient({ token, fetch, logger, retryHandlers });
    const error = await client.logs().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "SlackConnectionError" });
    expect(everythingShown(error, logger.lines)).not.toContain(token);
  });

  it("is not shown when a token is malformed", async () => {
    const client = new AuditLogsClient({ token: `${token}\nx`, fetch: globalThis.fetch as Fetch });
    const error = await client.logs().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "SlackConfigurationError" });
    expect(everythingShown(error, [])).not.toContain(token);
  });
});

describe("I7: a proxy's credentials", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("are not shown when the proxy cannot be used or reached", async () => {
    const options = { token: "xoxp-1", timeoutMs: 1000 };
    const unusable = () => new AuditLogsClient({ ...options, proxy: "ftp://me:hunter22@proxy" });
    expect(unusable).toThrow("the proxy must be an http or https URL");
    expect(unusable).not.toThrow(/hunter22/);
    const client = new AuditLogsClient({ ...options, proxy: "http://me:hunter22@127.0.0.1:1" });
    const error = await client.logs().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "SlackConnectionError" });
    expect(everythingShown(error, [])).not.toMatch(/hunter22|bWU6aHVudGVyMjI/);
  });
});
