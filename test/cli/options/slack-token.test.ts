import { expect, it } from "vitest";
import { checkToken } from "../../../cli/options/slack-token.ts";
import { FAKE_TOKEN } from "../../../fake-slack/fake-slack.ts";

it.each([FAKE_TOKEN, "xoxp-1234567890-1234567890-1234567890-0a1b2c3d"])("takes %s", (token) => {
  expect(() => checkToken(token)).not.toThrow();
});

it.each([
  ["xoxb-1234567890-abc", /bot token/],
  ["xapp-1-A0-1-abc", /app-level/],
  ["xoxe.xoxp-1-Mi0yLTE", /token rotation/],
  ["xoxe-1-My0xLTE", /refresh token/],
  ["xoxp-1", /this is not a token/],
  ["xoxp-123 456 7890", /this is not a token/],
  ['{"token":"xoxp-1234567890"}', /this is not a token/],
  ["Bearer xoxp-1234567890", /this is not a token/],
])("refuses %s, and does not show it", (text, problem) => {
  expect(() => checkToken(text)).toThrow(problem);
  expect(() => checkToken(text)).not.toThrow(text);
});
