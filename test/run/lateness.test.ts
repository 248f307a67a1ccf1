import { describe, expect, it } from "vitest";
import {
  addLate,
  addLateness,
  countLate,
  currentCounts,
  type LatenessHistogram,
  latenessBound,
  latenessIn,
  sumLateness,
} from "../../lib/run/lateness.ts";

const DAY_MS = 86_400_000;

describe("lateness", () => {
  it.each([
    [0, "2"],
    [1, "2"],
    [2, "4"],
    [31, "32"],
    [32, "64"],
    [63, "64"],
    [64, "128"],
    [86_400, "131072"],
  ])("of %i seconds is counted below %s", (seconds, below) => {
    expect(addLateness({}, seconds)).toEqual({ [below]: 1 });
  });

  it("adds up", () => {
    const seconds = [40, 50, 700];
    const lateness = seconds.reduce<LatenessHistogram>(addLateness, {});

    expect(lateness).toEqual({ 64: 2, 1024: 1 });
    expect(sumLateness([lateness, { 64: 1, 2048: 4 }])).toEqual({ 64: 3, 1024: 1, 2048: 4 });
    expect(countLate(lateness)).toBe(3);
    expect(latenessBound(lateness)).toBe(1024);
  });

  it("has no bound when nothing was late", () => {
    expect(latenessBound({})).toBeUndefined();
    expect(countLate({})).toBe(0);
  });
});

describe("a tally", () => {
  it("keeps lateness beside what else it counts", () => {
    const tally = addLate({ entries: 7, late_below_64: 1 }, { 64: 2, 128: 3 });

    expect(tally).toEqual({ entries: 7, late_below_64: 3, late_below_128: 3 });
    expect(latenessIn(tally)).toEqual({ 64: 3, 128: 3 });
  });

  it("goes on with the same settings", () => {
    const tally = { settleDelaySeconds: 60, startedAtMs: 1000, entries: 7 };

    expect(currentCounts(tally, { settleDelaySeconds: 60 }, 2000)).toEqual(tally);
  });

  it.each([
    ["there is none", undefined, 2000],
    ["the settings are others", { settleDelaySeconds: 30, startedAtMs: 1000, entries: 7 }, 2000],
    ["it has none", { startedAtMs: 1000, entries: 7 }, 2000],
    ["it is old", { settleDelaySeconds: 60, startedAtMs: 1000, entries: 7 }, 1000 + 30 * DAY_MS],
  ])("begins anew when %s", (_, tally, nowMs) => {
    expect(currentCounts(tally, { settleDelaySeconds: 60 }, nowMs)).toEqual({
      settleDelaySeconds: 60,
      startedAtMs: nowMs,
    });
  });
});
