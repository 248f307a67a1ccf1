import { createHash } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { startFakeSlack } from "../../fake-slack/fake-slack.ts";
import type { OAuthAppOptions } from "../../fake-slack/oauth-app.ts";
import { OAuthClient } from "../../lib/slack/oauth.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

const APP = { clientId: "1.2", clientSecret: "app-secret" };
const REDIRECT = "http://localhost:53682/callback";

async function start(options: Partial<OAuthAppOptions> = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 2, 2, 9));
  const slack = await startFakeSlack({ clock, oauth: { ...APP, ...options } });
  onTestFinished(() => slack.close());
  const oauth = new OAuthClient(slack.baseUrl, { clock, random: () => 0 });
  const authorize = async (challenge?: string) => {
    const url = oauth.authorizeUrl(APP.clientId, "auditlogs:read", REDIRECT, "state", challenge);
    const { headers } = await fetch(url, { redirect: "manual" });
    return new URL(headers.get("location") ?? "").searchParams.get("code") ?? "";
  };
  return { clock, slack, oauth, authorize };
}

describe("OAuth", () => {
  it.each([
    ["https://api.slack.com/audit/v1/", "https://slack.com"],
    ["https://api.slack-gov.com/audit/v1/", "https://slack-gov.com"],
    ["https://api.proxy.example.com/audit/v1/", "https://api.proxy.example.com"],
  ])("of %s is at %s", (audit, origin) => {
    const url = new URL(
      new OAuthClient(audit).authorizeUrl("1.2", "auditlogs:read", REDIRECT, "s"),
    );

    expect(url.origin + url.pathname).toBe(`${origin}/oauth/v2/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "1.2",
      user_scope: "auditlogs:read",
      redirect_uri: REDIRECT,
      state: "s",
    });
  });

  it("exchanges a code for the user's tokens", async () => {
    const { oauth, authorize } = await start();
    const code = await authorize();

    expect(await oauth.exchangeCode(APP, { code, redirectUrl: REDIRECT })).toEqual({
      token: "xoxe.xoxp-fake-1",
      refresh: { refreshToken: "xoxe-1-fake-1", expiresInSeconds: 43_200 },
      scopes: ["auditlogs:read"],
      isOrganization: true,
      place: "Acme",
    });
  });

  it("exchanges a code with PKCE and without a secret, for a token that lasts", async () => {
    const { oauth, authorize } = await start({ clientSecret: undefined, rotates: false });
    const verifier = "v".repeat(43);
    const code = await authorize(createHash("sha256").update(verifier).digest("base64url"));
    const app = { clientId: APP.clientId };

    expect(await oauth.exchangeCode(app, { code, redirectUrl: REDIRECT, verifier })).toMatchObject({
      token: "xoxp-fake-1",
      refresh: undefined,
    });
  });

  it("refreshes: the answer has the tokens in another place", async () => {
    const { slack, clock, oauth } = await start();
    const installed = slack.oauth?.install(clock.nowMs());

    expect(await oauth.refresh(APP, installed?.refreshToken ?? "")).toMatchObject({
      token: "xoxe.xoxp-fake-2",
      refresh: { refreshToken: "xoxe-1-fake-2" },
    });
  });

  it("refreshes again after an answer that was lost", async () => {
    const { slack, clock, oauth } = await start();
    const installed = slack.oauth?.install(clock.nowMs());
    slack.faults.next("cut_body");

    expect(await oauth.refresh(APP, installed?.refreshToken ?? "")).toMatchObject({
      token: "xoxe.xoxp-fake-3",
    });
  });

  it.each([
    ["invalid_refresh_token", APP, "xoxe-1-unknown", /authorize the app again/],
    ["bad_client_secret", { ...APP, clientSecret: "other" }, "x", /Basic Information/],
    ["invalid_client_id", { ...APP, clientId: "3.4" }, "x", /Basic Information/],
  ])("says what to do about %s, without a secret", async (apiCode, app, token, message) => {
    const { oauth } = await start();
    const error = await oauth.refresh(app, token).catch((error: Error) => error);

    expect(error).toMatchObject({ apiCode, message: expect.stringMatching(message) });
    expect(`${error} ${JSON.stringify(error)}`).not.toMatch(/xoxe|app-secret/);
  });

  it.each([
    ["no token", { ok: true }],
    ["a bot's token", { ok: true, access_token: "xoxb-1", token_type: "bot" }],
    ["no time beside a refresh token", { access_token: "xoxe.xoxp-1", refresh_token: "xoxe-1" }],
  ])("takes no answer with %s", async (_, body) => {
    const { slack, oauth } = await start();
    slack.faults.when(() => ({
      ...{ kind: "body", status: 200, contentType: "application/json" },
      body: JSON.stringify(body),
    }));

    await expect(oauth.refresh(APP, "xoxe-1-a")).rejects.toMatchObject({ problem: "wrong_shape" });
  });
});
