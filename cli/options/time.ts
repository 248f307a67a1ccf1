import { InvalidArgumentError } from "commander";

const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$/;
/** Nothing between: `2026` is a year, and 13 digits are milliseconds. */
const EPOCH_SECONDS = /^(?:0|\d{9,10})$/;

const SECONDS_OF_UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * A point in time: ISO 8601, UTC where it names no zone, or epoch seconds.
 *
 * @returns epoch seconds; fractions are dropped
 * @throws {InvalidArgumentError} for anything else, a day that no month has included
 */
export function parseTime(text: string): number {
  if (EPOCH_SECONDS.test(text)) return Number(text);
  const [, day = text, time = "00:00", zone = "Z"] = DATE_TIME.exec(text) ?? [];
  if (DATE.test(day) && isDayOfCalendar(day)) {
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
 * @throws {InvalidArgumentError} for anything else, a day that no month has included
 */
export function parseDay(text: string): string {
  if (!DATE.test(text) || !isDayOfCalendar(text)) {
    throw new InvalidArgumentError("Give a day, such as 2026-05-01.");
  }
  return text;
}

/**
 * A span of time: `90`, `90s`, `15m`, `2h`, `1d`.
 *
 * @returns seconds
 * @throws {InvalidArgumentError} for anything else
 */
export function parseDuration(text: string): number {
  const [, digits, unit = "s"] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new InvalidArgumentError("Give seconds, or a number with s, m, h or d, such as 15m.");
  }
  return Number(digits) * SECONDS_OF_UNIT[unit as keyof typeof SECONDS_OF_UNIT];
}

/** `Date` takes the 31st of February for the 3rd of March. */
function isDayOfCalendar(day: string): boolean {
  const date = new Date(`${day}T00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
