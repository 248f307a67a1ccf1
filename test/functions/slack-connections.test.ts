import { globSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { slackConnections } from "../../functions/slack-connections.ts";
import { AuditLogsClient } from "../../lib/slack/client.ts";
import { SlackConfigurationError } from "../../lib/slack/errors.ts";
import {
  cutByLength,
  cutChunked,
  json,
  page,
  pageBody,
  raw,
  reset,
  type ScriptedServer,
  scriptedServer,
  silence,
  stall,
} from "../slack/scripted-server.ts";
import { tinyProxy } from "../slack/tiny-proxy.ts";
import { certificate, tlsServer } from "../slack/tls-server.ts";

const TOKEN = "xoxp-1-2-3-secret";

beforeEach(() => {
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"]) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
  return () => vi.unstubAllEnvs();
});

function clientOf({ baseUrl }: { baseUrl: string }, ca?: string): AuditLogsClient {
  const dispatcher = slackConnections(baseUrl, ca);
  return new AuditLogsClient({ baseUrl, token: TOKEN, retryHandlers: [], dispatcher });
}

describe("slackConnections", () => {
  it("carries query, headers and body, and unpacks the answer", async () => {
    const body = JSON.stringify({ ok: true });
    await using server = await scriptedServer(
      raw(gzipSync(body), 200, { "content-encoding": "gzip", "x-two": "2" }),
    );
    const answer = await clientOf(server).apiCall({
      method: "POST",
      path: "logs",
      query: { cursor: "=" },
      form: { code: "ä" },
    });
    expect(answer).toMatchObject({ rawText: body, headers: { "x-two": "2" } });
    expect(server.received).toMatchObject([
      {
        method: "POST",
        target: "/audit/v1/logs?cursor=%3D",
        body: "code=%C3%A4",
        headers: { authorization: `Bearer ${TOKEN}`, "accept-encoding": "gzip" },
      },
    ]);
  });

  it("reads the scheme of its URL in any case", async () => {
    await using server = await tlsServer();
    const baseUrl = server.baseUrl.replace("https:", "HTTPS:");
    await clientOf({ baseUrl }, certificate).logs();
    expect(server.authorizations).toHaveLength(1);
  });

  it("uses a connection again", async () => {
    const ports = new Set<number | undefined>();
    await using server = await scriptedServer((response, received) => {
      ports.add(response.socket?.remotePort);
      page(["a"])(response, received);
    });
    const client = clientOf(server);
    for (let call = 0; call < 3; call += 1) await client.logsPage();
    expect(ports.size).toBe(1);
  });

  it("takes a large body in whole", async () => {
    const body = Buffer.from(JSON.stringify(pageBody(Array.from({ length: 20_000 }, String))));
    await using server = await scriptedServer(raw(body));
    const { rawBody } = await clientOf(server).logs();
    expect(body.equals(rawBody)).toBe(true);
  });

  it("ends a body that is larger than allowed", async () => {
    await using server = await scriptedServer(raw("x".repeat(100_000)));
    const { baseUrl } = server;
    const dispatcher = slackConnections(baseUrl);
    const client = new AuditLogsClient({ baseUrl, dispatcher, token: TOKEN, maxBodyBytes: 9999 });
    await expect(client.logs()).rejects.toMatchObject({ problem: "too_large" });
  });

  it("does not follow a redirect", async () => {
    await using target = await scriptedServer(page(["a"]));
    await using server = await scriptedServer(raw("", 302, { location: target.baseUrl }));
    await expect(clientOf(server).logs()).rejects.toMatchObject({ status: 302 });
    expect(target.received).toEqual([]);
  });

  it.each([
    ["by its length", cutByLength],
    ["in chunks", cutChunked],
  ])("tells of a body that is cut, %s", async (_, step) => {
    await using server = await scriptedServer(step);
    await expect(clientOf(server).logs()).rejects.toMatchObject({ fault: "cut" });
  });

  it("tells of a connection that is dropped or refused", async () => {
    let gone: ScriptedServer;
    {
      await using server = await scriptedServer(reset);
      await expect(clientOf(server).logs()).rejects.toMatchObject({
        fault: "network",
        causeCode: "ECONNRESET",
      });
      gone = server;
    }
    await expect(clientOf(gone).logs()).rejects.toMatchObject({ causeCode: "ECONNREFUSED" });
  });

  it.each([
    ["an answer", silence],
    ["the rest of a body", stall],
  ])("is let go while it waits for %s", async (_, step) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    await using server = await scriptedServer((response, received) => {
      response.socket?.once("close", () => resolve());
      step(response, received);
      ask();
    });
    const controller = new AbortController();
    const call = clientOf(server).logs({}, { signal: controller.signal });
    await asked;
    controller.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await closed;
  });

  it("sends no token to a server that it does not trust", async () => {
    await using server = await tlsServer();
    await expect(clientOf(server).logs()).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining("its certificate is not trusted"),
    });
    expect(server.authorizations).toEqual([]);
    await clientOf(server, certificate).logs();
    expect(server.authorizations).toEqual([`Bearer ${TOKEN}`]);
  });
});

describe("a proxy of the environment", () => {
  it.each(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])(
    "tunnels https: %s",
    async (name) => {
      await using server = await tlsServer();
      await using proxy = await tinyProxy(server);
      vi.stubEnv(name, proxy.url.replace("//", "//me:p%40ss@"));
      await clientOf(server, certificate).logs();
      expect(proxy.asked).toEqual([`CONNECT localhost:${server.port}`]);
      expect(proxy.credentials).toEqual([`Basic ${btoa("me:p@ss")}`]);
      expect(proxy.readable).toEqual([]);
      expect(server.authorizations).toEqual([`Bearer ${TOKEN}`]);
    },
  );

  it.each(["NO_PROXY", "no_proxy"])("is passed by as %s says", async (name) => {
    await using server = await tlsServer();
    vi.stubEnv("HTTPS_PROXY", "http://127.0.0.1:1");
    vi.stubEnv(name, "example.com,localhost");
    await clientOf(server, certificate).logs();
    expect(server.authorizations).toHaveLength(1);
  });

  it("that refuses is a connection error", async () => {
    await using refusing = await scriptedServer(json({}));
    vi.stubEnv("HTTPS_PROXY", `http://${refusing.host}`);
    const call = clientOf({ baseUrl: "https://localhost:1/" }).logs();
    await expect(call).rejects.toMatchObject({ name: "SlackConnectionError", fault: "network" });
  });

  it("that cannot be used is refused at once", () => {
    vi.stubEnv("HTTPS_PROXY", "socks5://127.0.0.1:1");
    expect(() => slackConnections("https://api.slack.com/audit/v1/")).toThrow(
      SlackConfigurationError,
    );
  });
});

/** What calls Slack, from its name to the end of its arguments. */
const CLIENT =
  /(?:new (?:AuditLogsClient|OAuthClient)|createSlackSource)\((?:[^()]|\([^()]*\))*\)/g;

it("is given to whatever calls Slack in a function, as undici is in no bundle", () => {
  const clients = globSync("functions/**/*.ts").flatMap(
    (path) => readFileSync(path, "utf8").match(CLIENT) ?? [],
  );

  expect(clients.length).toBeGreaterThanOrEqual(3);
  for (const client of clients) expect(client).toMatch(/\bdispatcher\b/);
});
