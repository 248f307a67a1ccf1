import { describe, expect, it } from "vitest";
import { parseBaseUrl, toMethodUrl } from "../../lib/slack/endpoint.ts";
import { SlackConfigurationError } from "../../lib/slack/errors.ts";

describe("a base URL", () => {
  it.each([
    ["https://api.slack.com/audit/v1/", "https://api.slack.com/audit/v1/"],
    ["https://api.slack-gov.com/audit/v1", "https://api.slack-gov.com/audit/v1/"],
    ["https://gateway.example:8443", "https://gateway.example:8443/"],
    ["http://127.0.0.1:8080/audit/v1/", "http://127.0.0.1:8080/audit/v1/"],
    ["http://127.8.9.10/", "http://127.8.9.10/"],
    ["http://localhost:1/x", "http://localhost:1/x/"],
    ["http://[::1]:1/", "http://[::1]:1/"],
  ])("%s is accepted", (text, href) => {
    expect(parseBaseUrl(text).href).toBe(href);
  });

  it.each([
    ["http://api.slack.com/audit/v1/"],
    ["http://10.0.0.1/"],
    ["http://127.0.0.1.evil.example/"],
    ["http://localhost.evil.example/"],
    ["http://0.0.0.0/"],
    ["ftp://127.0.0.1/"],
    ["file:///etc/passwd"],
    ["https://user:pass@api.slack.com/"],
    ["https://api.slack.com/?a=1"],
    ["https://api.slack.com/#a"],
    ["api.slack.com"],
    [""],
  ])("%s is refused", (text) => {
    expect(() => parseBaseUrl(text)).toThrow(SlackConfigurationError);
  });

  it("is not repeated with its credentials", () => {
    expect(() => parseBaseUrl("https://me:hunter2@slack.example/")).not.toThrow(/hunter2/);
  });
});

describe("a method's path", () => {
  const base = parseBaseUrl("https://api.slack.com/audit/v1/");

  it.each(["logs", "a/b", "a.b", "logs_2/x-y"])("%s stays below the base URL", (path) => {
    expect(toMethodUrl(base, path, {}).href).toBe(`https://api.slack.com/audit/v1/${path}`);
  });

  it.each([
    "",
    "/logs",
    "//evil.example/logs",
    "https://evil.example/",
    "\\\\evil.example",
    "..",
    "../x",
    "a/../../x",
    "a/./b",
    "%2e%2e/x",
    "a/%2e%2e/x",
    "a//b",
    "logs?x=1",
    "logs#x",
    "logs/",
    "a\n",
    "@evil.example",
  ])("%j is refused", (path) => {
    expect(() => toMethodUrl(base, path, {})).toThrow(SlackConfigurationError);
  });
});
