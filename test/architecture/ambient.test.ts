import { expect, it } from "vitest";
import { ambientUses, ENGINE } from "./ambient.ts";
import { SOURCES } from "./sources.ts";

it("the engine takes clock, sleep, randomness, network and environment from outside", () => {
  const engine = [...SOURCES].filter(([path]) => ENGINE.test(path));

  expect(engine.length).toBeGreaterThan(50);
  expect(engine.flatMap(([path, text]) => ambientUses(path, text))).toEqual([]);
});

it.each([
  "const now = Date.now();",
  "const now = Date.now;",
  "const now = new Date();",
  "const jitter = Math.random();",
  "setTimeout(run, 10);",
  "globalThis.setTimeout(run, 10);",
  "await fetch(url);",
  "const token = process.env.SLACK_AUDIT_TOKEN;",
  "const { exit } = process.exit;",
  "performance.now();",
  "crypto.randomUUID();",
])("is found where it does not: %s", (text) => {
  expect(ambientUses("lib/run/planted.ts", text)).toHaveLength(1);
});

it.each([
  "new Date(epochSeconds * 1000);",
  "clock.nowMs();",
  "options.fetch(url);",
  "Date.parse(day);",
])("is not found in %s", (text) => {
  expect(ambientUses("lib/run/planted.ts", text)).toEqual([]);
});
