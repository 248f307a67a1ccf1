import { request } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { UsageError } from "../../../cli/errors.ts";
import { AuthorizationError, LoopbackRedirect } from "../../../cli/run/loopback-redirect.ts";
import { systemClock } from "../../../lib/slack/clock.ts";
import { LoopbackServer } from "../../fakes/loopback-server.ts";
import { VirtualClock } from "../../fakes/virtual-clock.ts";

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = await LoopbackServer.start(() => {});
  await server.stop();
  return Number(new URL(server.endpoint).port);
}

async function listen() {
  const url = new URL(`http://localhost:${await freePort()}/callback`);
  const redirect = await LoopbackRedirect.listen(url, "the-state");
  onTestFinished(() => redirect.close());
  const visit = async (path: string, headers: Record<string, string> = {}, method = "GET") => {
    const { port } = url;
    return new Promise<{ status: number; headers: object; text: string }>((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, path, method, headers }, async (answer) => {
        let text = "";
        for await (const chunk of answer) text += chunk;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      });
      asked.once("error", reject).end();
    });
  };
  return { url, redirect, visit };
}

const host = (url: URL) => ({ host: url.host });

describe("the redirect to this machine", () => {
  it("gives the code, and a page that nobody stores", async () => {
    const { url, redirect, visit } = await listen();
    const waiting = redirect.code(60_000, systemClock);
    const page = await visit("/callback?code=abc&state=the-state", host(url));

    expect(await waiting).toBe("abc");
    expect(page).toMatchObject({
      ...{ status: 200, headers: { "cache-control": "no-store" } },
      text: expect.stringMatching(/^Done\./),
    });
  });

  it.each<[string, string, Record<string, string>, string, number]>([
    ["another state", "/callback?code=x&state=other", {}, "GET", 400],
    ["no state", "/callback?code=x", {}, "GET", 400],
    ["no code", "/callback?state=the-state", {}, "GET", 400],
    ["a refusal with another state", "/callback?error=access_denied&state=other", {}, "GET", 400],
    ["another path", "/favicon.ico", {}, "GET", 404],
    ["another method", "/callback?code=x&state=the-state", {}, "POST", 404],
    [
      "another name of this machine",
      "/callback?code=x&state=the-state",
      { host: "evil.example" },
      "GET",
      404,
    ],
  ])("goes on waiting after %s", async (_, path, headers, method, status) => {
    const { url, redirect, visit } = await listen();
    const waiting = redirect.code(60_000, systemClock);
    expect(await visit(path, { ...host(url), ...headers }, method)).toMatchObject({ status });
    await visit("/callback?code=right&state=the-state", host(url));

    expect(await waiting).toBe("right");
  });

  it.each([
    ["access_denied", /\(access_denied\): an Org Owner must allow it/],
    ["<script>", /\(an unknown error\)/],
  ])("ends with a refusal: %s", async (error, message) => {
    const { url, redirect, visit } = await listen();
    const waiting = redirect.code(60_000, systemClock);
    const query = new URLSearchParams({ error, state: "the-state" });
    const [ended, page] = await Promise.allSettled([
      waiting,
      visit(`/callback?${query}`, host(url)),
    ]);

    expect(ended).toMatchObject({ reason: expect.any(AuthorizationError) });
    expect((ended as PromiseRejectedResult).reason.message).toMatch(message);
    expect(page).toMatchObject({ value: { status: 400 } });
  });

  it("ends when nobody answers", async () => {
    const { redirect } = await listen();

    await expect(redirect.code(600_000, new VirtualClock(0))).rejects.toThrow(
      /nobody authorized the app within 10 minutes/,
    );
  });

  it("says so when the port is taken", async () => {
    const { url } = await listen();
    const second = LoopbackRedirect.listen(url, "x");

    await expect(second).rejects.toThrow(UsageError);
    await expect(second).rejects.toThrow(/cannot listen on port \d+ .*--redirect-url/);
  });
});
