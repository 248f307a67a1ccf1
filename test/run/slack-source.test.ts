import { describe, expect, it } from "vitest";
import type { TokenProvider } from "../../lib/ports.ts";
import { createSlackSource } from "../../lib/run/slack-source.ts";
import { SlackApiError, SlackConnectionError } from "../../lib/slack/errors.ts";
import type { FetchResponse } from "../../lib/slack/transport.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

/** A secret whose value changed after it was read first. */
class RotatedSecret implements TokenProvider {
  #token = "xoxp-old";
  refreshes = 0;

  async get(): Promise<string> {
    return this.#token;
  }

  async refresh(): Promise<string> {
    this.refreshes += 1;
    this.#token = "xoxp-new";
    return this.#token;
  }
}

function answer(status: number, body: unknown): FetchResponse {
  return {
    status,
    type: "default",
    redirected: false,
    headers: [["content-type", "application/json"]],
    body: ReadableStream.from([Buffer.from(JSON.stringify(body))]),
  };
}

const QUERY = { oldest: 1_000, latest: 2_000, limit: 10 };

function sourceThat(respond: (token: string | undefined) => FetchResponse, tokens: TokenProvider) {
  const sent: (string | undefined)[] = [];
  const source = createSlackSource({
    tokens,
    clock: new VirtualClock(1_000_000),
    baseUrl: "https://slack.invalid/audit/v1/",
    random: () => 0,
    fetch: async (_, { headers }) => {
      sent.push(headers.authorization);
      return respond(headers.authorization);
    },
  });
  return { source, sent };
}

describe("createSlackSource", () => {
  it("I5: asks three times for a page that is cut off, so that a run has time for smaller ones", async () => {
    const tokens = new RotatedSecret();
    const { source, sent } = sourceThat(() => {
      const { headers, ...cut } = answer(200, { entries: [] });
      return { ...cut, headers: [...headers, ["content-length", "1000"]] };
    }, tokens);
    await expect(source.logsPage(QUERY, { deadlineMs: Number.POSITIVE_INFINITY })).rejects.toThrow(
      SlackConnectionError,
    );
    expect(sent).toHaveLength(3);
  });

  it.each([
    ["token_revoked", 200],
    ["token_expired", 200],
    ["invalid_auth", 200],
    ["account_inactive", 200],
    ["invalid_authentication", 200],
    ["missing_scope", 200],
    ["user_not_authorized", 200],
    ["team_not_authorized", 403],
    ["token_revoked", 500],
    ["something_new", 401],
  ])("reads the secret again when Slack answers %s with status %d", async (error, status) => {
    const tokens = new RotatedSecret();
    const { source, sent } = sourceThat(
      (token) =>
        token === "Bearer xoxp-new"
          ? answer(200, { entries: [] })
          : answer(status, { ok: false, error }),
      tokens,
    );
    await expect(
      source.logsPage(QUERY, { deadlineMs: Number.POSITIVE_INFINITY }),
    ).resolves.toMatchObject({ entries: [] });
    expect(tokens.refreshes).toBe(1);
    expect(sent).toEqual(["Bearer xoxp-old", "Bearer xoxp-new"]);
  });

  it("reads it once a call, and says that the token is refused when that does not help", async () => {
    const tokens = new RotatedSecret();
    const { source, sent } = sourceThat(
      () => answer(200, { ok: false, error: "token_revoked" }),
      tokens,
    );
    const failure = await source
      .logsPage(QUERY, { deadlineMs: Number.POSITIVE_INFINITY })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(SlackApiError);
    expect(failure).toMatchObject({ tokenRefused: true, apiCode: "token_revoked" });
    expect([tokens.refreshes, sent.length]).toEqual([1, 2]);
  });

  it("leaves the secret alone when something else is refused", async () => {
    const tokens = new RotatedSecret();
    const { source, sent } = sourceThat(
      () => answer(400, { ok: false, error: "invalid_cursor" }),
      tokens,
    );
    await expect(source.logsPage(QUERY, { deadlineMs: Number.POSITIVE_INFINITY })).rejects.toThrow(
      "invalid_cursor",
    );
    expect([tokens.refreshes, sent.length]).toEqual([0, 1]);
  });
});
