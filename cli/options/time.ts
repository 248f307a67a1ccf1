import { InvalidArgumentError } from "commander";
import { isCalendarDay, parseDuration } from "../../lib/time.ts";

export const DURATION_HELP = `
A duration is a number of seconds, or a number with s, m, h or d: 90, 90s, 15m, 24h, 7d.`;

export const TIME_HELP = `
A time is ISO 8601 (UTC unless it names a zone) or epoch seconds.${DURATION_HELP}`;

const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$/;
/** Nothing between: `2026` is a year, and 13 digits are milliseconds. */
const EPOCH_SECONDS = /^(?:0|\d{9,10})$/;

/**
 * A point in time: ISO 8601, UTC unless it names a zone, or epoch seconds.
 *
 * @returns epoch seconds; fractions are dropped
 * @throws {InvalidArgumentError} for anything else, including a day that the calendar does not have
 */
export function parseTime(text: string): number {
  if (EPOCH_SECONDS.test(text)) return Number(text);
  const [, day = text, time = "00:00", zone = "Z"] = DATE_TIME.exec(text) ?? [];
  if (DATE.test(day) && isCalendarDay(day)) {
    const ms = Date.parse(`${day}T${time}${zone}`);
    if (ms >= 0) return Math.floor(ms / 1000);
  }
  throw new InvalidArgumentError(
    "Give ISO 8601, such as 2026-05-01 or 2026-05-01T12:00:00Z, or epoch seconds.",
  );
}

/**
 * A day, UTC.
 *
 * @returns `YYYY-MM-DD`
 * @throws {InvalidArgumentError} for anything else, including a day that the calendar does not have
 */
export function parseDay(text: string): string {
  if (!DATE.test(text) || !isCalendarDay(text)) {
    throw new InvalidArgumentError("Give a day, such as 2026-05-01.");
  }
  return text;
}

/**
 * A duration: `90`, `90s`, `15m`, `2h`, `1d`.
 *
 * @returns seconds
 * @throws {InvalidArgumentError} for anything else
 */
export function parseSeconds(text: string): number {
  const seconds = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (seconds === undefined) {
    throw new InvalidArgumentError("Give seconds, or a number with s, m, h or d, such as 15m.");
  }
  return seconds;
}

/** The same, of a second at least. */
export function parsePositiveSeconds(text: string): number {
  const seconds = parseSeconds(text);
  if (seconds < 1) throw new InvalidArgumentError("Give at least one second.");
  return seconds;
}
