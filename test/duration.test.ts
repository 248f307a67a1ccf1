import { expect, it } from "vitest";
import { parseDuration } from "../lib/duration.ts";

it.each([
  ["0s", 0],
  ["90s", 90],
  ["15m", 900],
  ["2h", 7200],
  ["1d", 86_400],
  ["36500d", 3_153_600_000],
])("reads %s as %i seconds", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

it.each(["", "m", "90", "-5s", "1.5h", "1w", "1h30m", "15 m", " 15m", "15M", "9999999999s"])(
  "does not take %j for a duration",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
