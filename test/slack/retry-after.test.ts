import { expect, it } from "vitest";
import { parseRetryAfter } from "../../lib/slack/retry-after.ts";

const NOW_MS = Date.parse("2026-01-02T03:04:05Z");

it.each([
  ["30", 30],
  [" 30 ", 30],
  ["0", 0],
  ["1.5", 1.5],
  ["2.", 2],
  ["Fri, 02 Jan 2026 03:04:35 GMT", 30],
  ["Friday, 02-Jan-26 03:04:35 GMT", 30],
  ["Fri Jan  2 03:04:35 2026 GMT", 30],
  ["Fri, 02 Jan 2026 03:04:00 GMT", 0],
  ["", undefined],
  [undefined, undefined],
  ["-5", undefined],
  ["NaN", undefined],
  ["Infinity", undefined],
  ["1e3", undefined],
  ["soon", undefined],
  ["Someday, later", undefined],
])("%j is %s seconds", (header, seconds) => {
  expect(parseRetryAfter(header, NOW_MS)).toBe(seconds);
});
