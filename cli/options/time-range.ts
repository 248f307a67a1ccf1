import { type Command, InvalidArgumentError, Option } from "commander";
import { type TimeRange, toIsoSeconds } from "../../lib/time.ts";
import { addFormerOption } from "../deprecation.ts";
import { UsageError } from "../errors.ts";
import { parsePositiveSeconds, parseTime } from "./time.ts";

/** What Commander makes of `--from`, `--until` and `--last`. */
export interface TimeRangeOptions {
  /** Epoch seconds, included. */
  from?: number;
  /** Epoch seconds, excluded. */
  until?: number;
  /** Seconds before now. */
  last?: number;
}

const READS_ENTRIES = {
  from: "only entries from this time on",
  until: "only entries before this time",
  last: "only entries newer than this",
};

/** @param descriptions - what each of them means for the command */
export function addTimeRangeOptions(command: Command, descriptions = READS_ENTRIES): Command {
  return command
    .option("--from <time>", descriptions.from, parseTime)
    .option("--until <time>", descriptions.until, parseTime)
    .addOption(
      new Option("--last <duration>", descriptions.last)
        .argParser(parsePositiveSeconds)
        .conflicts(["from", "until"]),
    );
}

/** Keep `--since` or `--to`, with the meaning of the option of today. */
export function addFormerTimeOption(
  command: Command,
  former: "--since" | "--to",
  attribute: "from" | "until",
): void {
  addFormerOption<number>(
    command,
    new Option(`${former} <time>`).argParser(parseTime),
    (value) => ({ use: `--${attribute}`, attribute, value }),
  );
}

/**
 * A range in one word, as ISO 8601 writes intervals: `2026-05-01/2026-06-01`.
 *
 * @throws {InvalidArgumentError} for anything else, and when it would be empty
 */
export function parseTimeRange(text: string): TimeRange {
  const [from = "", until = "", ...rest] = text.split("/");
  if (until === "" || rest.length > 0) {
    throw new InvalidArgumentError("Give two times, such as 2026-05-01/2026-06-01.");
  }
  const range = { from: parseTime(from), until: parseTime(until) };
  if (range.until <= range.from) {
    throw new InvalidArgumentError("The second time must be later than the first.");
  }
  return range;
}

/**
 * The range that the options name; a bound that is not named is absent.
 *
 * @throws {UsageError} when it would be empty
 */
export function toTimeRange(
  { from, until, last }: TimeRangeOptions,
  nowSeconds: number,
): Partial<TimeRange> {
  if (last !== undefined) return { from: Math.max(0, nowSeconds - last) };
  if (from !== undefined && until !== undefined && until <= from) {
    throw new UsageError(
      `--until ${toIsoSeconds(until)} must be later than --from ${toIsoSeconds(from)}`,
    );
  }
  return {
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
}
