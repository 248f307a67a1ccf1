import { Command, InvalidArgumentError } from "commander";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { UsageError } from "../../../cli/errors.ts";
import {
  addFormerTimeOption,
  addTimeRangeOptions,
  parseTimeRange,
  type TimeRangeOptions,
  toTimeRange,
} from "../../../cli/options/time-range.ts";

const NOW = Date.UTC(2026, 2, 10) / 1000;
const [FIRST, SECOND] = [Date.UTC(2026, 2, 1) / 1000, Date.UTC(2026, 2, 2) / 1000];

let stderr: string;
beforeEach(() => {
  stderr = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    return true;
  });
});

function parse(...args: string[]) {
  const command = new Command("read")
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  addTimeRangeOptions(command, { from: "from here", until: "to there", last: "of late" });
  addFormerTimeOption(command, "--since", "from");
  addFormerTimeOption(command, "--to", "until");
  command.parse(args, { from: "user" });
  return toTimeRange(command.opts<TimeRangeOptions>(), NOW);
}

describe("the time options", () => {
  it.each([
    [[], {}],
    [["--from", "2026-03-01"], { from: FIRST }],
    [["--until", "2026-03-02"], { until: SECOND }],
    [["--from", "2026-03-01", "--until", "2026-03-02"], { from: FIRST, until: SECOND }],
    [["--last", "24h"], { from: NOW - 86_400 }],
    [["--last", "36500d"], { from: 0 }],
  ])("make a range of %j", (args, range) => {
    expect(parse(...args)).toEqual(range);
    expect(stderr).toBe("");
  });

  it.each([
    [["--last", "24h", "--from", "2026-03-01"], /'--last <duration>' cannot be used with .*--from/],
    [
      ["--last", "24h", "--until", "2026-03-01"],
      /'--last <duration>' cannot be used with .*--until/,
    ],
    [
      ["--last", "24h", "--since", "2026-03-01"],
      /'--last <duration>' cannot be used with .*--from/,
    ],
    [["--last", "0"], /at least one second/],
    [["--from", "2026-02-30"], /ISO 8601/],
    [["--to", "2026-02-30"], /ISO 8601/],
  ])("refuse %j", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  it.each(["2026-03-01", "2026-02-01"])(
    "refuse an end at %s, which is no later than the start",
    (end) => {
      expect(() => parse("--from", "2026-03-01", "--until", end)).toThrow(UsageError);
    },
  );
});

describe("the former time options", () => {
  it("mean the present ones, with a warning each", () => {
    expect(parse("--since", "2026-03-01", "--to", "2026-03-02")).toEqual({
      from: FIRST,
      until: SECOND,
    });
    expect(stderr).toBe(
      [
        "audit-lake: --since is deprecated and goes away in the next release: use --from",
        "audit-lake: --to is deprecated and goes away in the next release: use --until",
        "",
      ].join("\n"),
    );
  });
});

describe("a range in one word", () => {
  it("is two times", () => {
    const range = { from: FIRST, until: SECOND };
    expect(parseTimeRange("2026-03-01/2026-03-02")).toEqual(range);
    expect(parseTimeRange(`${FIRST}/${SECOND}`)).toEqual(range);
  });

  it.each(["2026-03-01", "2026-03-01/", "/2026-03-01", "2026-03-02/2026-03-01", "a/b", "1/2/3"])(
    "is not %j",
    (text) => {
      expect(() => parseTimeRange(text)).toThrow(InvalidArgumentError);
    },
  );
});
