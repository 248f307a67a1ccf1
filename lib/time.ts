/** Seconds, days and ranges of time, all UTC; durations as people write them. */

/** A stretch of time, epoch seconds: `from` included, `until` excluded. */
export interface TimeRange {
  from: number;
  until: number;
}

/** Epoch seconds that no entry reaches: they are of the year 2286. */
export const END_OF_TIME = 9_999_999_999;

export const SECONDS_PER_HOUR = 3600;
export const HOURS_PER_DAY = 24;
export const SECONDS_PER_DAY = HOURS_PER_DAY * SECONDS_PER_HOUR;

/** Whole epoch seconds, rounded down. */
export function nowSeconds(clock: { nowMs(): number }): number {
  return Math.floor(clock.nowMs() / 1000);
}

/** Start of the UTC hour in which a second lies, epoch seconds. */
export function hourOf(epochSeconds: number): number {
  return epochSeconds - (epochSeconds % SECONDS_PER_HOUR);
}

/** The UTC day in which a second lies, `YYYY-MM-DD`. */
export function dayOf(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 10);
}

/**
 * Epoch seconds at which a UTC day begins.
 *
 * @param day - `YYYY-MM-DD`
 */
export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000;
}

/** @param day - `YYYY-MM-DD`, UTC */
export function rangeOfDay(day: string): TimeRange {
  const from = startOfDay(day);
  return { from, until: from + SECONDS_PER_DAY };
}

/** @param days - `YYYY-MM-DD`, UTC, both included */
export function rangeOfDays({ from, to }: { from: string; to: string }): TimeRange {
  return { from: startOfDay(from), until: rangeOfDay(to).until };
}

export function overlaps(a: TimeRange, b: TimeRange): boolean {
  return a.from < b.until && b.from < a.until;
}

/** `2026-03-02T09:00:00Z`: without the milliseconds, which Slack does not give. */
export function toIsoSeconds(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;
}

/**
 * Whether the calendar has this day; `Date` rolls 31 February over to March.
 *
 * @param day - `YYYY-MM-DD`
 */
export function isCalendarDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === day;
}

export const SECONDS_PER_UNIT = { s: 1, m: 60, h: SECONDS_PER_HOUR, d: SECONDS_PER_DAY } as const;

export type DurationUnit = keyof typeof SECONDS_PER_UNIT;

export type DurationText = `${number}${DurationUnit}`;

/**
 * Read a duration: a whole number and its unit, such as `90s`, `15m`, `24h` or `30d`.
 *
 * A day has 86,400 seconds. Fractions, signs, spaces and sums such as `1h30m`
 * are refused: a setting is to be read the same way by everyone.
 *
 * @returns seconds; undefined when the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(number) * SECONDS_PER_UNIT[unit as DurationUnit];
}
