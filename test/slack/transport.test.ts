import { gzipSync } from "node:zlib";
import { Agent } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AuditLogsClient, type AuditLogsClientOptions } from "../../lib/slack/client.ts";
import { SlackConfigurationError } from "../../lib/slack/errors.ts";
import { page, pageBody, raw, scriptedServer } from "./scripted-server.ts";
import { tinyProxy } from "./tiny-proxy.ts";
import { certificate, key, tlsServer } from "./tls-server.ts";

const token = "xoxp-1-2-3-secret";

function clientOf(baseUrl: string, options: AuditLogsClientOptions = {}): AuditLogsClient {
  return new AuditLogsClient({ baseUrl, token, retryHandlers: [], timeoutMs: 5000, ...options });
}

const PROXY_NAMES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

beforeEach(() => {
  for (const name of [...PROXY_NAMES, "NO_PROXY", "no_proxy"]) {
    vi.stubEnv(name, undefined);
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a compressed body", () => {
  it("is asked for and unpacked", async () => {
    const body = JSON.stringify(pageBody(["a"]));
    await using server = await scriptedServer(
      raw(gzipSync(body), 200, { "content-encoding": "gzip" }),
    );
    const response = await clientOf(server.baseUrl).logs();
    expect(server.received[0]?.headers["accept-encoding"]).toBe("gzip");
    expect(new TextDecoder().decode(response.rawBody)).toBe(body);
  });

  it.each(["GZIP", "X-Gzip"])("may be named %s", async (encoding) => {
    const body = JSON.stringify(pageBody(["a"]));
    await using server = await scriptedServer(
      raw(gzipSync(body), 200, { "content-encoding": encoding }),
    );
    expect((await clientOf(server.baseUrl).logs()).rawText).toBe(body);
  });

  it("is not asked for when a header says otherwise", async () => {
    await using server = await scriptedServer(page([]));
    await clientOf(server.baseUrl, { headers: { "Accept-Encoding": "identity" } }).logs();
    expect(server.received[0]?.headers["accept-encoding"]).toBe("identity");
  });

  it("that is cut is a connection error", async () => {
    const packed = gzipSync(JSON.stringify(pageBody(["a"])));
    await using server = await scriptedServer(
      raw(packed.subarray(0, -12), 200, { "content-encoding": "gzip" }),
    );
    await expect(clientOf(server.baseUrl).logs()).rejects.toMatchObject({
      name: "SlackConnectionError",
      fault: "cut",
    });
  });

  it("is too large when what it unpacks to is", async () => {
    await using server = await scriptedServer(
      raw(gzipSync("x".repeat(100_000)), 200, { "content-encoding": "gzip" }),
    );
    await expect(clientOf(server.baseUrl, { maxBodyBytes: 9999 }).logs()).rejects.toMatchObject({
      problem: "too_large",
    });
  });

  it("of an unknown kind is a body error", async () => {
    await using server = await scriptedServer(raw("??", 200, { "content-encoding": "zstd" }));
    await expect(clientOf(server.baseUrl).logs()).rejects.toMatchObject({ problem: "not_json" });
  });
});

describe("a large body", () => {
  it.each(["with its length", "chunked"])("comes whole, %s", async (kind) => {
    const body = Buffer.from(JSON.stringify(pageBody(Array.from({ length: 20_000 }, String))));
    await using server = await scriptedServer((response) => {
      response.writeHead(200, kind === "chunked" ? {} : { "content-length": body.byteLength });
      response.write(body.subarray(0, 100_001));
      response.end(body.subarray(100_001));
    });
    const response = await clientOf(server.baseUrl).logs();
    expect(body.equals(response.rawBody)).toBe(true);
  });
});

describe("a dispatcher of one's own", () => {
  it("carries the calls of several clients", async () => {
    await using server = await scriptedServer(page(["a"]));
    const agent = new Agent({ connections: 1 });
    const connected: string[] = [];
    agent.on("connect", (origin) => connected.push(origin.origin));
    await clientOf(server.baseUrl, { dispatcher: agent }).logs();
    await clientOf(server.baseUrl, { dispatcher: agent }).logs();
    await agent.close();
    expect(connected).toEqual([`http://${server.host}`]);
    expect(server.received).toHaveLength(2);
  });

  it("cannot be combined with a proxy or TLS options", () => {
    const dispatcher = new Agent();
    expect(() => new AuditLogsClient({ dispatcher, proxy: "http://p:1" })).toThrow(
      "no effect on a dispatcher of your own",
    );
    expect(() => new AuditLogsClient({ dispatcher, tls: {} })).toThrow(SlackConfigurationError);
  });
});

describe("TLS", () => {
  it("goes on without trust when it is told to", async () => {
    await using server = await tlsServer();
    await clientOf(server.baseUrl, { tls: { rejectUnauthorized: false } }).logs();
    expect(server.authorizations).toHaveLength(1);
  });

  it("asks for the server name that it is given, and checks the certificate against it", async () => {
    await using server = await tlsServer();
    const baseUrl = `https://127.0.0.1:${server.port}/audit/v1/`;
    await clientOf(baseUrl, { tls: { ca: certificate, servername: "localhost" } }).logs();
    await expect(
      clientOf(baseUrl, { tls: { ca: certificate, servername: "api.slack.example" } }).logs(),
    ).rejects.toMatchObject({ retryable: false });
    expect(server.names).toEqual(["localhost"]);
  });

  it("shows a certificate of its own", async () => {
    await using server = await tlsServer();
    const tls = { ca: certificate, cert: certificate, key };
    await clientOf(server.baseUrl, { tls }).logs();
    await clientOf(server.baseUrl, { tls: { ca: certificate } }).logs();
    expect(server.clientCertificates).toEqual([true, false]);
  });

  it("trusts the authorities that it is given", async () => {
    await using server = await tlsServer();
    const page = await clientOf(server.baseUrl, { tls: { ca: certificate } }).logsPage();
    expect(page.entries.map(({ id }) => id)).toEqual(["tls"]);
  });

  it("sends no token to a server it does not trust", async () => {
    await using server = await tlsServer();
    await expect(clientOf(server.baseUrl).logs()).rejects.toMatchObject({
      name: "SlackConnectionError",
      retryable: false,
      message: expect.stringContaining("its certificate is not trusted"),
    });
    expect(server.authorizations).toEqual([]);
  });
});

describe("a proxy", () => {
  it("tunnels https, so that it never sees the token", async () => {
    await using server = await tlsServer();
    await using proxy = await tinyProxy(server);
    const options = { proxy: proxy.url.replace("//", "//me:pass@"), tls: { ca: certificate } };
    const page = await clientOf(server.baseUrl, options).logsPage();
    expect(page.entries.map(({ id }) => id)).toEqual(["tls"]);
    expect(proxy.asked).toEqual([`CONNECT localhost:${server.port}`]);
    expect(proxy.credentials).toEqual([`Basic ${btoa("me:pass")}`]);
    expect(proxy.readable).toEqual([]);
    expect(server.authorizations).toEqual([`Bearer ${token}`]);
  });

  it("still has to lead to the right certificate", async () => {
    await using server = await tlsServer();
    await using proxy = await tinyProxy(server);
    const options = { proxy: proxy.url, tls: { ca: certificate } };
    await expect(clientOf("https://api.slack.example/", options).logs()).rejects.toMatchObject({
      name: "SlackConnectionError",
      retryable: false,
    });
    expect(proxy.asked).toEqual(["CONNECT api.slack.example:443"]);
    expect(server.authorizations).toEqual([]);
  });

  it.each(PROXY_NAMES)("comes from %s", async (name) => {
    await using server = await tlsServer();
    await using proxy = await tinyProxy(server);
    vi.stubEnv(name, proxy.url);
    await clientOf(server.baseUrl, { tls: { ca: certificate } }).logs();
    expect(proxy.asked).toHaveLength(1);
  });

  it("given as an argument goes before the environment's", async () => {
    await using server = await tlsServer();
    await using proxy = await tinyProxy(server);
    vi.stubEnv("HTTPS_PROXY", "http://127.0.0.1:1");
    await clientOf(server.baseUrl, { proxy: proxy.url, tls: { ca: certificate } }).logs();
    expect(proxy.asked).toHaveLength(1);
  });

  it.each([
    ["NO_PROXY", "example.com,localhost", 0],
    ["no_proxy", "*", 0],
    ["NO_PROXY", "example.com", 1],
  ])("is passed by as %s=%s says", async (name, value, asked) => {
    await using server = await tlsServer();
    await using proxy = await tinyProxy(server);
    vi.stubEnv(name, value);
    vi.stubEnv("HTTPS_PROXY", proxy.url);
    await clientOf(server.baseUrl, { tls: { ca: certificate } }).logs();
    expect(proxy.asked).toHaveLength(asked);
    expect(server.authorizations).toHaveLength(1);
  });

  it.each([
    ["host:port", (url: string) => url.replace("http://", "")],
    ["credentials@host:port", (url: string) => url.replace("http://", "me:pass@")],
  ])("may be given as %s", async (_, toProxy) => {
    await using server = await tlsServer();
    await using proxy = await tinyProxy(server);
    const options = { proxy: toProxy(proxy.url), tls: { ca: certificate } };
    await clientOf(server.baseUrl, options).logs();
    expect(proxy.asked).toEqual([`CONNECT localhost:${server.port}`]);
  });

  it("gets the credentials that are given apart, as they are", async () => {
    await using server = await tlsServer();
    await using proxy = await tinyProxy(server);
    const proxyCredentials = { username: "me", password: "p@ss:%/ä" };
    const options = { proxy: proxy.url, proxyCredentials, tls: { ca: certificate } };
    await clientOf(server.baseUrl, options).logs();
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from("me:p@ss:%/ä").toString("base64")}`]);
  });

  it.each(["me:p%40ss@", "me@", ":pass@"])("gets the credentials %s of its URL", async (text) => {
    await using server = await tlsServer();
    await using proxy = await tinyProxy(server);
    const options = { proxy: proxy.url.replace("//", `//${text}`), tls: { ca: certificate } };
    await clientOf(server.baseUrl, options).logs();
    const decoded = decodeURIComponent(text.slice(0, -1));
    expect(proxy.credentials).toEqual([
      `Basic ${btoa(decoded.includes(":") ? decoded : `${decoded}:`)}`,
    ]);
  });

  it.each([
    [{ proxyCredentials: { username: "me", password: "hunter22" } }, /give the proxy as well/],
    [{ proxy: "http://me:hunter22%@proxy:1" }, /percent-encoded/],
    [
      { proxy: "me:a@proxy:1", proxyCredentials: { username: "me", password: "hunter22" } },
      /not both/,
    ],
  ])("refuses credentials that it cannot use", (options, message) => {
    const create = () => new AuditLogsClient(options);
    expect(create).toThrow(SlackConfigurationError);
    expect(create).toThrow(message);
    expect(create).not.toThrow(/hunter22/);
  });

  it("on loopback also serves an http base on loopback", async () => {
    await using server = await scriptedServer(page(["a"]));
    await using proxy = await tinyProxy({ port: Number(server.host.split(":")[1]) });
    await clientOf(server.baseUrl, { proxy: proxy.url }).logs({ cursor: "=" });
    expect(proxy.asked).toEqual([`GET ${server.baseUrl}logs?cursor=%3D`]);
  });

  it("on another machine never gets what would pass it in the clear", async () => {
    await using server = await scriptedServer(page(["a"]));
    const proxy = "http://proxy.example:3128";
    expect(() => clientOf(server.baseUrl, { proxy })).toThrow(SlackConfigurationError);
    vi.stubEnv("HTTP_PROXY", proxy);
    await clientOf(server.baseUrl).logs();
    expect(server.received).toHaveLength(1);
  });

  it.each(["proxy.example", "socks5://127.0.0.1:1", "nonsense"])(
    "of another form (%s) is refused",
    (proxy) => {
      expect(() => new AuditLogsClient({ proxy })).toThrow(SlackConfigurationError);
    },
  );

  it("that refuses is a connection error", async () => {
    await using refusing = await scriptedServer(page([]));
    const proxy = `http://${refusing.host}`;
    await expect(clientOf("https://localhost:1/", { proxy }).logs()).rejects.toMatchObject({
      name: "SlackConnectionError",
      fault: "network",
      message: expect.stringContaining("no answer from localhost:1"),
    });
  });
});
