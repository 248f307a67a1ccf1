/** Durations as people write them, in the configuration and on the command line. */

import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "./time.ts";

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
