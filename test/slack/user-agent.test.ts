import { expect, it } from "vitest";
import { toUserAgent } from "../../lib/slack/user-agent.ts";
import { CLIENT_VERSION } from "../../lib/slack/version.ts";
import manifest from "../../package.json" with { type: "json" };

it("names the version of the package", () => {
  expect(CLIENT_VERSION).toBe(manifest.version);
});

it("puts prefix and suffix around", () => {
  const plain = toUserAgent();
  expect(plain).toMatch(/^node\/\d+\.\d+\.\d+ slack-audit-lake\/\d+\.\d+\.\d+ \w+\/\S+$/);
  expect(toUserAgent("acme/1", "soc")).toBe(`acme/1 ${plain} soc`);
});
