import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { parsePositiveSeconds, parseSeconds, parseTime } from "../../../cli/options/time.ts";

describe("parseTime", () => {
  it.each([
    ["2026-03-02", Date.UTC(2026, 2, 2)],
    ["2026-03-02T09:30", Date.UTC(2026, 2, 2, 9, 30)],
    ["2026-03-02T09:30:15", Date.UTC(2026, 2, 2, 9, 30, 15)],
    ["2026-03-02 09:30:15Z", Date.UTC(2026, 2, 2, 9, 30, 15)],
    ["2026-03-02T09:30:15.999Z", Date.UTC(2026, 2, 2, 9, 30, 15)],
    ["2026-03-02T09:30:15+02:00", Date.UTC(2026, 2, 2, 7, 30, 15)],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
    ["1772442000", 1_772_442_000_000],
    ["0", 0],
  ])("reads %s as UTC unless it names a zone", (text, epochMs) => {
    expect(parseTime(text)).toBe(epochMs / 1000);
  });

  it.each([
    "",
    "yesterday",
    "2026",
    "2026-02-30",
    "2023-02-29",
    "2026-13-01",
    "2026-03-02T25:00",
    "2026-03-02T09:61",
    "2026-03-02T",
    "02.03.2026",
    "1772442000000",
    "-1",
    "1.5",
    "1969-12-31",
    "2026-03-02T09:30:15+99:00",
  ])("refuses %j", (text) => {
    expect(() => parseTime(text)).toThrow(InvalidArgumentError);
  });
});

describe("parseSeconds", () => {
  it.each([
    ["0", 0],
    ["90", 90],
    ["90s", 90],
    ["15m", 900],
    ["2h", 7200],
    ["1d", 86_400],
  ])("reads %s as %i seconds", (text, seconds) => {
    expect(parseSeconds(text)).toBe(seconds);
  });

  it.each(["", "m", "-5", "1.5h", "1w", "1h30m", "15 m", "99999999999"])("refuses %j", (text) => {
    expect(() => parseSeconds(text)).toThrow(InvalidArgumentError);
  });
});

describe("parsePositiveSeconds", () => {
  it("reads the same durations", () => {
    expect(parsePositiveSeconds("15m")).toBe(900);
  });

  it.each(["0", "0h", "-1"])("refuses %j", (text) => {
    expect(() => parsePositiveSeconds(text)).toThrow(InvalidArgumentError);
  });
});
