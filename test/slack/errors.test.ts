import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { SlackApiError, SlackBodyError, SlackConnectionError } from "../../lib/slack/errors.ts";

describe("an API error", () => {
  it.each([
    ["bad_endpoint", /check baseUrl/],
    ["feature_not_enabled", /Enterprise Grid/],
    ["invalid_action", /actions\(\)/],
    ["invalid_authentication", /give a valid xoxp- token/],
    ["invalid_cursor", /begin the listing again/],
    ["invalid_range", /epoch seconds/],
    ["invalid_workspace", /install the app on the organization/],
    ["method_not_allowed", /change the method/],
    ["missing_authentication", /give the client a token/],
    ["missing_scope", /add auditlogs:read/],
    ["rate_limited", /wait/],
    ["ratelimited", /wait/],
    ["team_not_authorized", /Org Owner/],
    ["user_not_authorized", /Org Owner/],
    ["account_inactive", /active Org Owner/],
    ["invalid_arguments", /check the filters/],
    ["invalid_auth", /give a valid xoxp- token/],
    ["not_authed", /give the client a token/],
    ["org_login_required", /being moved into an organization/],
    ["token_expired", /create a new app without token rotation/],
    ["token_revoked", /install the app on the organization again/],
  ])("for %s says what to do next", (apiCode, advice) => {
    const error = new SlackApiError({ apiCode, status: 400 });
    expect(error.message).toMatch(advice);
    expect(error.message).toContain(`${apiCode} (HTTP 400)`);
  });

  it.each([
    [302, false, /redirect/],
    [0, false, /redirect/],
    [400, false, /docs\.slack\.dev/],
    [401, false, /does not accept the token/],
    [403, false, /proxy forbids/],
    [407, false, /proxy URL/],
    [408, true, /docs\.slack\.dev/],
    [429, true, /wait/],
    [500, true, /try again later/],
    [503, true, /try again later/],
  ])("for a bare %i is retryable: %s, and says what to do next", (status, retryable, advice) => {
    const error = new SlackApiError({ status });
    expect(error.retryable).toBe(retryable);
    expect(error.message).toMatch(advice);
  });

  it.each([
    ["account_inactive", 200],
    ["invalid_auth", 200],
    ["invalid_authentication", 200],
    ["missing_authentication", 200],
    ["missing_scope", 200],
    ["not_authed", 200],
    ["org_login_required", 403],
    ["team_not_authorized", 403],
    ["token_expired", 200],
    ["token_revoked", 500],
    ["user_not_authorized", 200],
    ["something_new", 401],
    [undefined, 401],
  ])("says that the token is refused by %s with status %i", (apiCode, status) => {
    expect(new SlackApiError({ apiCode, status }).tokenRefused).toBe(true);
  });

  it.each([
    ["invalid_cursor", 400],
    ["feature_not_enabled", 403],
    ["ratelimited", 429],
    [undefined, 403],
    [undefined, 502],
  ])("does not say so of %s with status %i", (apiCode, status) => {
    expect(new SlackApiError({ apiCode, status }).tokenRefused).toBe(false);
  });

  it("for a code that is also a property of every object falls back to the status", () => {
    expect(new SlackApiError({ status: 500, apiCode: "constructor" }).message).toMatch(
      /constructor.*try again later/,
    );
  });

  it("carries the response, and does not show it", () => {
    const response = {
      url: "https://slack.example/logs",
      status: 500,
      headers: { "x-secret": "header" },
      rawBody: new TextEncoder().encode("entry"),
      rawText: "entry",
      body: { entry: "entry" },
      typedBody: {},
    };
    for (const error of [
      new SlackApiError({ status: 500, response }),
      new SlackBodyError("cut", undefined, { response }),
    ]) {
      expect(error.response).toBe(response);
      expect(inspect(error, { depth: 10 })).not.toMatch(/x-secret|entry/);
      expect(JSON.stringify(error)).not.toMatch(/x-secret|entry/);
    }
  });
});

it("a connection error is a retryable network fault unless told otherwise", () => {
  expect(new SlackConnectionError("x")).toMatchObject({ fault: "network", retryable: true });
});
