/** The kinds of value that only the configuration file has. */

import { z } from "zod";
import { isNot, matching } from "../../lib/fields.ts";
import {
  type DurationText,
  type DurationUnit,
  isCalendarDay,
  parseDuration,
  SECONDS_PER_UNIT,
} from "../../lib/time.ts";
import type { BytesText } from "./config.ts";

const UNIT_NAMES = { s: "seconds", m: "minutes", h: "hours", d: "days" } as const;
const BYTES_PER_UNIT = { MB: 1_000_000, GB: 1_000_000_000, TB: 1_000_000_000_000 } as const;

export const flag = z.boolean({ error: isNot("true or false") });

/** A day of the calendar, UTC. */
export const day = calendar(/^\d{4}-\d\d-\d\d$/, "a day written YYYY-MM-DD");

/** A second of the calendar, UTC. */
export const time = calendar(
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  "a time in UTC written YYYY-MM-DDTHH:MM:SSZ",
);

/** Of any day, UTC. */
export const timeOfDay = matching(
  /^(?:[01]\d|2[0-3]):[0-5]\d$/,
  "a time of day in UTC written HH:MM",
);

function calendar(pattern: RegExp, allowed: string) {
  const exists = (text: string) =>
    !Number.isNaN(Date.parse(text)) && isCalendarDay(text.slice(0, 10));
  return matching(pattern, allowed).refine(exists, {
    error: isNot(`${allowed} that the calendar has`),
  });
}

/**
 * A duration such as "90s", "5m", "24h" or "30d", read as seconds.
 *
 * @param min - the shortest that is allowed, included
 * @param max - the longest that is allowed, included
 * @param unit - the duration must be a whole number of these
 */
export function duration(min: DurationText, max: DurationText, unit: DurationUnit) {
  const allowed = `a duration from "${min}" to "${max}" in whole ${UNIT_NAMES[unit]} (a number and s, m, h or d)`;
  const isAllowed = (value: unknown) => {
    const seconds = toSeconds(value);
    return (
      seconds >= toSeconds(min) &&
      seconds <= toSeconds(max) &&
      seconds % SECONDS_PER_UNIT[unit] === 0
    );
  };
  return z.custom<DurationText>(isAllowed, { error: isNot(allowed) }).transform(toSeconds);
}

/** A duration, or the word that stands for none. */
export function durationOr<const Word extends string>(
  word: Word,
  ...[min, max, unit]: Parameters<typeof duration>
) {
  return z.union([z.literal(word), duration(min, max, unit)], {
    error: isNot(`"${word}" or a duration from "${min}" to "${max}" in whole ${UNIT_NAMES[unit]}`),
  });
}

/** A size such as "500MB", "100GB" or "2TB", read as bytes; decimal units, as Athena bills. */
export function bytes(min: BytesText) {
  return z
    .custom<BytesText>((value) => toBytes(value) >= toBytes(min), {
      error: isNot(`a size from "${min}" up (a number and MB, GB or TB)`),
    })
    .transform(toBytes);
}

/** @returns NaN, which no bounds include, when it is not a duration */
function toSeconds(value: unknown): number {
  return parseDuration(String(value)) ?? Number.NaN;
}

/** @returns NaN when it is not a size */
function toBytes(value: unknown): number {
  const [, number, unit] = /^(\d{1,6})(MB|GB|TB)$/.exec(String(value)) ?? [];
  return Number(number) * BYTES_PER_UNIT[unit as keyof typeof BYTES_PER_UNIT];
}
