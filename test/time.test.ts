import { describe, expect, it } from "vitest";
import {
  dayOf,
  hourOf,
  nowSeconds,
  overlaps,
  parseDuration,
  rangeOfDays,
  startOfDay,
  toIsoSeconds,
} from "../lib/time.ts";

const MIDNIGHT = Date.UTC(2024, 1, 29) / 1000;

describe("time", () => {
  it("takes whole seconds from a clock, rounded down", () => {
    expect(nowSeconds({ nowMs: () => 1999 })).toBe(1);
  });

  it.each([
    [MIDNIGHT, MIDNIGHT],
    [MIDNIGHT + 3599, MIDNIGHT],
    [MIDNIGHT + 3600, MIDNIGHT + 3600],
  ])("finds the hour of %i", (second, hour) => {
    expect(hourOf(second)).toBe(hour);
  });

  it.each([
    [MIDNIGHT - 1, "2024-02-28"],
    [MIDNIGHT, "2024-02-29"],
    [MIDNIGHT + 86_399, "2024-02-29"],
    [MIDNIGHT + 86_400, "2024-03-01"],
  ])("finds the day of %i", (second, day) => {
    expect(dayOf(second)).toBe(day);
  });

  it("begins a day at midnight, UTC", () => {
    expect(startOfDay("2024-02-29")).toBe(MIDNIGHT);
  });

  it("takes days from the first midnight to the one after the last", () => {
    expect(rangeOfDays({ from: "2024-02-29", to: "2024-03-01" })).toEqual({
      from: MIDNIGHT,
      until: MIDNIGHT + 2 * 86_400,
    });
  });

  it.each([
    ["one that ends where the other begins", { from: 0, until: 10 }, false],
    ["one that begins where the other ends", { from: 20, until: 30 }, false],
    ["one that shares the first second", { from: 0, until: 11 }, true],
    ["one that shares the last second", { from: 19, until: 30 }, true],
    ["one within the other", { from: 12, until: 13 }, true],
  ])("says whether ranges overlap: %s", (_which, range, expected) => {
    expect(overlaps(range, { from: 10, until: 20 })).toBe(expected);
    expect(overlaps({ from: 10, until: 20 }, range)).toBe(expected);
  });

  it("writes a second without milliseconds", () => {
    expect(toIsoSeconds(MIDNIGHT + 1)).toBe("2024-02-29T00:00:01Z");
  });
});

describe("a duration", () => {
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
});
