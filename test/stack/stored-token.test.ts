import { describe, expect, it } from "vitest";
import { formatStoredToken, parseStoredToken } from "../../lib/stack/stored-token.ts";

const ROTATION = {
  refreshToken: "xoxe-1-a",
  clientId: "1.2",
  clientSecret: "s",
  expiresAtMs: Date.UTC(2026, 2, 2, 9),
};

describe("a stored token", () => {
  it.each([
    { token: "xoxp-1-2" },
    { token: "xoxe.xoxp-1", rotation: ROTATION },
    { token: "xoxe.xoxp-1", rotation: { ...ROTATION, clientSecret: undefined } },
  ])("is read as it was written: %j", (stored) => {
    expect(parseStoredToken(formatStoredToken(stored))).toEqual(stored);
  });

  it("is written with the fields that the documentation names", () => {
    expect(JSON.parse(formatStoredToken({ token: "xoxe.xoxp-1", rotation: ROTATION }))).toEqual({
      token: "xoxe.xoxp-1",
      refreshToken: "xoxe-1-a",
      clientId: "1.2",
      clientSecret: "s",
      expiresAt: "2026-03-02T09:00:00.000Z",
    });
  });

  const written = JSON.parse(formatStoredToken({ token: "xoxe.xoxp-1", rotation: ROTATION }));
  it.each([
    ["no JSON", "{token"],
    ["a list", "[]"],
    ["null", "null"],
    ["another token", JSON.stringify({ ...written, token: 7 })],
    ["white space in the token", JSON.stringify({ ...written, token: "a b" })],
    ["no client", JSON.stringify({ ...written, clientId: undefined })],
    ["an empty client secret", JSON.stringify({ ...written, clientSecret: "" })],
    ["an empty refresh token", JSON.stringify({ ...written, refreshToken: "" })],
    ["another time", JSON.stringify({ ...written, expiresAt: "soon" })],
  ])("is not %s", (what, text) => {
    const stored = parseStoredToken(text);
    expect(stored?.rotation).toBeUndefined();
    if (what !== "a list" && what !== "null") expect(stored).toBeUndefined();
  });
});
