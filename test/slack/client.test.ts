import { Agent } from "undici";
import { describe, expect, it } from "vitest";
import { AuditLogsClient, type LogsParams } from "../../lib/slack/client.ts";
import {
  SlackApiError,
  SlackBodyError,
  SlackConfigurationError,
  SlackConnectionError,
} from "../../lib/slack/errors.ts";
import type { Fetch } from "../../lib/slack/transport.ts";
import {
  cutByLength,
  cutChunked,
  html,
  json,
  page,
  pageBody,
  raw,
  refusal,
  reset,
  scriptedServer,
  silence,
  stall,
} from "./scripted-server.ts";

const token = "xoxp-1-2-3-secret";

function clientOf(baseUrl: string, options: object = {}): AuditLogsClient {
  return new AuditLogsClient({ baseUrl, token, retryHandlers: [], ...options });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail("it succeeds"),
    (error: unknown) => error,
  );
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
  }
  return all;
}

const idsOf = (pages: { entries: { id: string | undefined }[] }[]) =>
  pages.map(({ entries }) => entries.map(({ id }) => id));

describe("logs", () => {
  it("sends every parameter, percent-encoded, and the token as a bearer", async () => {
    await using server = await scriptedServer(page([]));
    await clientOf(server.baseUrl).logs({
      latest: 1_700_003_600,
      oldest: 1_700_000_000,
      limit: 9999,
      action: ["user_login", "user_logout"],
      actor: "W1",
      entity: "C1",
      cursor: "bmV4dDox+/==",
      query: { flag: true, absent: undefined, cursor: "not this one" },
    });
    const [request] = server.received;
    expect(request?.method).toBe("GET");
    expect(request?.headers.authorization).toBe(`Bearer ${token}`);
    expect(request?.target).toContain("cursor=bmV4dDox%2B%2F%3D%3D");
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      flag: "true",
      latest: "1700003600",
      oldest: "1700000000",
      limit: "9999",
      action: "user_login,user_logout",
      actor: "W1",
      entity: "C1",
      cursor: "bmV4dDox+/==",
    });
  });

  it("gives url, status, headers, raw, parsed and typed body", async () => {
    const body = pageBody(["a"], "next");
    await using server = await scriptedServer(json(body, 200, { "X-Slack-Req-Id": "r1" }));
    const response = await clientOf(server.baseUrl).logs({ limit: 1 });
    expect(response.url).toBe(`${server.baseUrl}logs?limit=1`);
    expect(response.status).toBe(200);
    expect(response.headers["x-slack-req-id"]).toBe("r1");
    expect(new TextDecoder().decode(response.rawBody)).toBe(JSON.stringify(body));
    expect(response.rawText).toBe(JSON.stringify(body));
    expect(response.body).toEqual(body);
    expect(response.typedBody.entries.map(({ id }) => id)).toEqual(["a"]);
    expect(response.typedBody.response_metadata?.next_cursor).toBe("next");
  });

  it.each<[string, LogsParams]>([
    ["limit of 0", { limit: 0 }],
    ["limit above 9999", { limit: 10_000 }],
    ["fractional limit", { limit: 1.5 }],
    ["oldest in milliseconds", { oldest: 1_700_000_000_000 }],
    ["negative latest", { latest: -1 }],
    ["31 actions", { action: Array.from({ length: 31 }, (_, i) => `a${i}`) }],
    ["31 actions in one string", { action: "a,".repeat(30).concat("a") }],
  ])("refuses a %s before anything is sent", async (_, params) => {
    await using server = await scriptedServer(page([]));
    await expect(clientOf(server.baseUrl).logs(params)).rejects.toThrow(SlackConfigurationError);
    expect(server.received).toHaveLength(0);
  });

  it("refuses to go without a token", async () => {
    await using server = await scriptedServer(page([]));
    for (const none of [undefined, "", " \n", () => ""]) {
      const client = clientOf(server.baseUrl, { token: none });
      await expect(client.logs()).rejects.toThrow("the client has no token");
      await expect(client.logsPage()).rejects.toThrow(SlackConfigurationError);
    }
    expect(server.received).toHaveLength(0);
  });

  it("trims a token, as files end in a line break, and refuses one that is broken inside", async () => {
    await using server = await scriptedServer(page([]));
    await clientOf(server.baseUrl, { token: ` ${token}\n` }).logs();
    expect(server.received[0]?.headers.authorization).toBe(`Bearer ${token}`);
    const error = await failureOf(clientOf(server.baseUrl, { token: "xoxp-1\n2" }).logs());
    expect(error).toBeInstanceOf(SlackConfigurationError);
    expect(String(error)).not.toContain("xoxp");
  });
});

describe("schemas and actions", () => {
  it("go without authentication when there is no token", async () => {
    await using server = await scriptedServer(
      json({ schemas: [{ type: "user", user: { id: "string" } }] }),
      json({ actions: { user: ["user_login"] } }),
    );
    const client = clientOf(server.baseUrl, { token: undefined });
    const schemas = await client.schemas({ query: { a: 1 } });
    const actions = await client.actions();
    expect(schemas.typedBody.schemas[0]?.type).toBe("user");
    expect(actions.typedBody.actions.user).toEqual(["user_login"]);
    expect(server.received.map(({ target }) => target)).toEqual([
      "/audit/v1/schemas?a=1",
      "/audit/v1/actions",
    ]);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("refuse a body of another shape", async () => {
    await using server = await scriptedServer(json({ schemas: {} }), json({ actions: null }));
    const client = clientOf(server.baseUrl);
    await expect(client.schemas()).rejects.toMatchObject({ problem: "wrong_shape" });
    await expect(client.actions()).rejects.toMatchObject({ problem: "wrong_shape" });
  });
});

describe("apiCall", () => {
  it("sends any method, path, query, JSON body and headers", async () => {
    await using server = await scriptedServer(json({ ok: true, answer: 42 }));
    const response = await clientOf(server.baseUrl).apiCall<{ answer: number }>(
      {
        method: "POST",
        path: "new/method.name",
        query: { q: "ä=&" },
        body: { a: [1] },
        headers: { "X-One": "1" },
      },
      { headers: { "x-two": "2" } },
    );
    expect(response.typedBody.answer).toBe(42);
    const [request] = server.received;
    expect(request).toMatchObject({ method: "POST", body: '{"a":[1]}' });
    expect(request?.target).toBe("/audit/v1/new/method.name?q=%C3%A4%3D%26");
    expect(request?.headers).toMatchObject({
      "x-one": "1",
      "x-two": "2",
      "content-type": "application/json; charset=utf-8",
    });
  });

  it("refuses a GET with a body and a strange method", async () => {
    const client = clientOf("http://127.0.0.1:1/");
    await expect(client.apiCall({ path: "logs", body: {} })).rejects.toThrow(
      SlackConfigurationError,
    );
    await expect(client.apiCall({ path: "logs", method: "GET /x" })).rejects.toThrow(
      SlackConfigurationError,
    );
  });
});

describe("headers", () => {
  it("come from the client, then the call, and neither map is changed", async () => {
    await using server = await scriptedServer(page([]));
    const ofClient = Object.freeze({ "X-Team": "client", "X-Only": "client" });
    const ofCall = Object.freeze({ "x-team": "call" });
    await clientOf(server.baseUrl, { headers: ofClient }).logs({}, { headers: ofCall });
    expect(server.received[0]?.headers).toMatchObject({ "x-team": "call", "x-only": "client" });
    expect(ofClient).toEqual({ "X-Team": "client", "X-Only": "client" });
    expect(ofCall).toEqual({ "x-team": "call" });
  });

  it("say who calls", async () => {
    await using server = await scriptedServer(page([]));
    await clientOf(server.baseUrl, { userAgentPrefix: "acme/1", userAgentSuffix: "soc" }).logs();
    expect(server.received[0]?.headers["user-agent"]).toMatch(
      /^acme\/1 node\/[\d.]+ slack-audit-lake\/[\d.]+ \w+\/\S+ soc$/,
    );
  });

  it.each([
    ["Authorization", "Bearer xoxp-other"],
    ["HOST", "evil.example"],
    ["bad name", "x"],
    ["x-broken", "secret\r\nvalue"],
  ])("refuse %s without showing the value", async (name, value) => {
    const options = { headers: { [name]: value } };
    expect(() => clientOf("http://127.0.0.1:1/", options)).toThrow(SlackConfigurationError);
    const error = await failureOf(clientOf("http://127.0.0.1:1/").logs({}, options));
    expect(error).toBeInstanceOf(SlackConfigurationError);
    expect(String(error)).not.toContain(value);
  });
});

describe("the token function", () => {
  it("is asked anew for each call", async () => {
    await using server = await scriptedServer(page([]));
    let asked = 0;
    const client = clientOf(server.baseUrl, { token: async () => `t${++asked}` });
    await client.logs();
    await client.logs();
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer t1",
      "Bearer t2",
    ]);
  });

  it("fails the call with its own error", async () => {
    const broken = new Error("the vault is closed");
    const client = clientOf("http://127.0.0.1:1/", { token: () => Promise.reject(broken) });
    await expect(client.logs()).rejects.toBe(broken);
  });

  it("falls under the time-out", async () => {
    const client = clientOf("http://127.0.0.1:1/", {
      token: () => new Promise(() => {}),
      timeoutMs: 5,
    });
    await expect(client.logs()).rejects.toMatchObject({ fault: "timeout" });
  });
});

describe("pages", () => {
  it("walks to the end and sends every parameter again with each cursor", async () => {
    await using server = await scriptedServer(page(["c"], "x=="), page(["b"], "y="), page(["a"]));
    const params = { oldest: 1, latest: 9, limit: 1, action: "user_login", query: { more: 1 } };
    const pages = await collect(clientOf(server.baseUrl).pages(params));
    expect(idsOf(pages)).toEqual([["c"], ["b"], ["a"]]);
    const rest = "more=1&latest=9&oldest=1&limit=1&action=user_login";
    expect(server.received.map(({ target }) => target)).toEqual([
      `/audit/v1/logs?${rest}`,
      `/audit/v1/logs?${rest}&cursor=x%3D%3D`,
      `/audit/v1/logs?${rest}&cursor=y%3D`,
    ]);
  });

  it("goes on after an empty page that has a cursor", async () => {
    await using server = await scriptedServer(page([], "x"), page(["a"]));
    expect(idsOf(await collect(clientOf(server.baseUrl).pages()))).toEqual([[], ["a"]]);
  });

  it.each([
    ["an empty cursor", { next_cursor: "" }],
    ["a null cursor", { next_cursor: null }],
    ["no cursor", {}],
    ["null metadata", null],
    ["no metadata", undefined],
  ])("ends at %s", async (_, response_metadata) => {
    await using server = await scriptedServer(json({ entries: [], response_metadata }));
    expect(await collect(clientOf(server.baseUrl).pages())).toHaveLength(1);
  });

  it.each([
    ["metadata that is no object", "bmV4dA=="],
    ["metadata that is an array", [{ next_cursor: "x" }]],
    ["a cursor that is no string", { next_cursor: 7 }],
    ["a cursor that is an object", { next_cursor: {} }],
  ])("do not take %s for the end", async (_, response_metadata) => {
    await using server = await scriptedServer(json({ entries: [], response_metadata }));
    await expect(collect(clientOf(server.baseUrl).pages())).rejects.toMatchObject({
      name: "SlackBodyError",
      problem: "wrong_shape",
    });
  });

  it("begins at a given cursor", async () => {
    await using server = await scriptedServer(page(["a"]));
    await collect(clientOf(server.baseUrl).pages({ cursor: "here" }));
    expect(server.received[0]?.query.get("cursor")).toBe("here");
  });

  it.each([
    ["the same cursor twice in a row", ["x", "x"], 2],
    ["a cycle of cursors", ["x", "y", "x"], 3],
  ])("stops at %s", async (_, cursors, calls) => {
    const steps = cursors.map((cursor) => page(["a"], cursor));
    await using server = await scriptedServer(page([]), ...steps);
    server.received.length = 0;
    const client = clientOf(server.baseUrl);
    await client.logsPage(); // takes the step before the cycle
    await expect(collect(client.pages())).rejects.toThrow("the same next_cursor came twice");
    expect(server.received).toHaveLength(1 + calls);
  });

  it("keeps the exact text of each entry", async () => {
    const entry =
      '{"id":"a", "date_create":1700000000,"context":{"session_id":12345678901234567890}}';
    await using server = await scriptedServer(raw(`{"entries":[${entry}]}`));
    const [first] = await collect(clientOf(server.baseUrl).pages());
    expect(first?.entries[0]?.text).toBe(entry);
    expect(first?.entries[0]?.value.context.session_id).toBeTypeOf("number");
  });
});

describe("a refusal", () => {
  it.each([
    ["bad_endpoint", 404],
    ["feature_not_enabled", 403],
    ["invalid_action", 400],
    ["invalid_authentication", 401],
    ["invalid_cursor", 400],
    ["invalid_range", 400],
    ["invalid_workspace", 400],
    ["method_not_allowed", 405],
    ["missing_authentication", 401],
    ["rate_limited", 429],
    ["team_not_authorized", 403],
    ["user_not_authorized", 403],
    ["never_heard_of", 418],
  ])("%s is thrown with its code, on its status and on 200", async (apiCode, status) => {
    await using server = await scriptedServer(refusal(apiCode, status), refusal(apiCode, 200));
    const client = clientOf(server.baseUrl);
    for (const expected of [status, 200]) {
      const error = await failureOf(client.logsPage());
      expect(error).toBeInstanceOf(SlackApiError);
      expect(error).toMatchObject({ apiCode, status: expected });
      expect(error).toHaveProperty("response.body", { ok: false, error: apiCode });
    }
    await expect(client.logs()).rejects.toMatchObject({ apiCode, status: 200 });
    await expect(client.schemas()).rejects.toMatchObject({ apiCode, status: 200 });
    await expect(client.apiCall({ path: "x" })).rejects.toMatchObject({ apiCode, status: 200 });
  });

  it("dressed as an empty page does not end a listing in silence", async () => {
    const body = { ok: false, error: "fatal", entries: [], response_metadata: {} };
    await using server = await scriptedServer(json(body));
    const client = clientOf(server.baseUrl);
    await expect(client.logsPage()).rejects.toMatchObject({ apiCode: "fatal", status: 200 });
  });

  it("beside entries is thrown all the same, by every method", async () => {
    const body = { ...(pageBody(["a"], "next") as object), ok: false, error: "token_revoked" };
    await using server = await scriptedServer(json(body));
    const client = clientOf(server.baseUrl);
    for (const call of [client.logs(), client.logsPage(), collect(client.pages())]) {
      await expect(call).rejects.toMatchObject({
        name: "SlackApiError",
        apiCode: "token_revoked",
        status: 200,
        tokenRefused: true,
      });
    }
  });

  it("for a missing scope says which is needed and which are there", async () => {
    const body = { ok: false, error: "missing_scope", needed: "auditlogs:read", provided: "a,b:c" };
    await using server = await scriptedServer(json(body, 403));
    await expect(clientOf(server.baseUrl).logs()).rejects.toThrow(
      /needed: auditlogs:read, provided: a,b:c/,
    );
  });

  it("by a proxy's HTML page has a status and no code", async () => {
    await using server = await scriptedServer(html(502));
    const error = await failureOf(clientOf(server.baseUrl).logs());
    expect(error).toMatchObject({
      name: "SlackApiError",
      status: 502,
      apiCode: undefined,
      retryable: true,
    });
    expect(error).toHaveProperty("response.body", undefined);
  });

  it.each([
    ["2", 2],
    ["1.5", 1.5],
    [new Date(1_700_000_090_000).toUTCString(), 90],
    ["soon", undefined],
  ])("with Retry-After: %s tells the wait", async (header, retryAfterSeconds) => {
    await using server = await scriptedServer(
      refusal("ratelimited", 429, { "retry-after": header }),
    );
    const clock = { nowMs: () => 1_700_000_000_000, sleep: () => Promise.resolve() };
    await expect(clientOf(server.baseUrl, { clock }).logs()).rejects.toMatchObject({
      retryAfterSeconds,
      retryable: true,
    });
  });
});

describe("a success that is none", () => {
  it.each([
    ["an HTML page", html(200), "html"],
    ["cut JSON", raw('{"entries":[{"id":"a"},'), "cut"],
    ["an empty body", raw(""), "cut"],
    ["no JSON", raw("upstream connect error"), "not_json"],
    ["an array", raw("[]"), "wrong_shape"],
    ["another object", raw('{"items":[]}'), "wrong_shape"],
  ])("is a body error: %s", async (_, step, problem) => {
    await using server = await scriptedServer(step);
    const client = clientOf(server.baseUrl);
    for (const call of [client.logs(), client.logsPage()]) {
      const error = await failureOf(call);
      expect(error).toBeInstanceOf(SlackBodyError);
      expect(error).toMatchObject({ problem, retryable: true });
      expect(error).toHaveProperty("response.status", 200);
    }
  });

  it.each(["undici", "fetch"])("I6: is a body error when it is too large (%s)", async (kind) => {
    const chunked = (response: import("node:http").ServerResponse) => {
      response.write("x".repeat(600));
      response.end("x".repeat(600));
    };
    await using server = await scriptedServer(raw("x".repeat(1001)), chunked);
    const fetch = kind === "fetch" ? (globalThis.fetch as Fetch) : undefined;
    const client = clientOf(server.baseUrl, { maxBodyBytes: 1000, fetch });
    for (const _ of [1, 2]) {
      await expect(client.logs()).rejects.toMatchObject({ problem: "too_large", retryable: false });
    }
  });
});

describe.each(["undici", "fetch"])("without a complete answer (%s)", (kind) => {
  const options = kind === "fetch" ? { fetch: globalThis.fetch as Fetch } : {};

  it.each([
    ["a reset", reset, "network"],
    ["a body shorter than its length", cutByLength, "cut"],
    ["a chunked body without an end", cutChunked, "cut"],
  ])("%s is a connection error", async (_, step, fault) => {
    await using server = await scriptedServer(step);
    const error = await failureOf(clientOf(server.baseUrl, options).logs());
    expect(error).toBeInstanceOf(SlackConnectionError);
    expect(error).toMatchObject({ fault, retryable: true });
  });

  it.each([
    ["before the headers", silence],
    ["within the body", stall],
  ])("a time-out %s is a connection error", async (_, step) => {
    await using server = await scriptedServer(step);
    const client = clientOf(server.baseUrl, { ...options, timeoutMs: 20 });
    await expect(client.logs()).rejects.toMatchObject({
      name: "SlackConnectionError",
      fault: "timeout",
      retryable: true,
    });
  });

  it("an abort ends the call with the signal's reason", async () => {
    const controller = new AbortController();
    await using server = await scriptedServer((response) => {
      response.writeHead(200);
      response.write("{");
      controller.abort(new Error("enough"));
    });
    const client = clientOf(server.baseUrl, options);
    const { signal } = controller;
    await expect(client.logs({}, { signal })).rejects.toThrow("enough");
    await expect(client.logs({}, { signal })).rejects.toThrow("enough");
    expect(server.received).toHaveLength(1);
  });

  it("a port where no one listens is a connection error that names the code", async () => {
    const server = await scriptedServer(silence);
    await server[Symbol.asyncDispose]();
    const error = await failureOf(clientOf(server.baseUrl, options).logs());
    expect(error).toMatchObject({ name: "SlackConnectionError", fault: "network" });
    expect(String(error)).toContain("ECONNREFUSED");
  });

  it.each([301, 302, 303, 307, 308])("a redirect (%i) is not followed", async (status) => {
    await using elsewhere = await scriptedServer(page([]));
    await using server = await scriptedServer(raw("", status, { location: elsewhere.baseUrl }));
    const error = await failureOf(clientOf(server.baseUrl, options).logs());
    expect(error).toMatchObject({ name: "SlackApiError", retryable: false });
    expect(String(error)).toContain("a redirect is never followed with the token");
    expect(elsewhere.received).toHaveLength(0);
  });
});

describe("a fetch of one's own", () => {
  it("that ignores the signal is timed out and aborted all the same", async () => {
    const fetch: Fetch = () => new Promise(() => {});
    const client = clientOf("https://slack.example/", { fetch, timeoutMs: 5 });
    await expect(client.logs()).rejects.toMatchObject({ fault: "timeout" });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(client.logs({}, { signal })).rejects.toThrow("enough");
  });

  it("that followed a redirect in spite of manual is an error", async () => {
    const answer = { status: 200, type: "basic", redirected: true, headers: [], body: null };
    const client = clientOf("https://slack.example/", { fetch: async () => answer });
    await expect(client.logs()).rejects.toThrow("a redirect is never followed");
  });

  it("that gives fewer bytes than Content-Length is a cut", async () => {
    const fetch: Fetch = async () =>
      new Response('{"entries":[]}', { headers: { "content-length": "15" } });
    const client = clientOf("https://slack.example/", { fetch });
    await expect(client.logs()).rejects.toMatchObject({ fault: "cut" });
  });

  it("gets https URLs, manual redirects and a signal", async () => {
    const calls: Parameters<Fetch>[] = [];
    const fetch: Fetch = async (...call) => {
      calls.push(call);
      return new Response('{"entries":[]}');
    };
    await new AuditLogsClient({ token, fetch }).logs();
    const [url, init] = calls[0] ?? [];
    expect(url).toBe("https://api.slack.com/audit/v1/logs");
    expect(init).toMatchObject({ method: "GET", redirect: "manual" });
    expect(init?.headers.authorization).toBe(`Bearer ${token}`);
    expect(init?.signal.aborted).toBe(false);
  });

  it("cannot be combined with a dispatcher, a proxy or TLS options", () => {
    const fetch = globalThis.fetch as Fetch;
    expect(() => new AuditLogsClient({ fetch, dispatcher: new Agent() })).toThrow(
      SlackConfigurationError,
    );
    expect(() => new AuditLogsClient({ fetch, proxy: "http://p" })).toThrow(
      SlackConfigurationError,
    );
    expect(() => new AuditLogsClient({ fetch, tls: {} })).toThrow(SlackConfigurationError);
  });
});
