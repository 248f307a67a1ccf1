import { rangeOfDays, SECONDS_PER_DAY, SECONDS_PER_HOUR, toIsoSeconds } from "../../time.ts";

/** How time is divided in charts: hours of a few weeks, days of more. */
export interface TimeBins {
  from: Date;
  until: Date;
  unit: "hour" | "day";
  /** Start of the bin of a time, ISO 8601. */
  binOf(time: string): string;
  /** Counts by bin, with a zero for each bin that has none, in order. */
  fill(
    counts: readonly (readonly [time: string, count: number])[],
  ): { start: Date; end: Date; count: number }[];
}

/** Bars of hours are too thin from here on. */
const HOURS_MAX = 10 * 24;

/** @param period - UTC days, both included */
export function timeBins(period: { from: string; to: string }): TimeBins {
  const { from, until } = rangeOfDays(period);
  const isHourly = (until - from) / SECONDS_PER_HOUR <= HOURS_MAX;
  const step = isHourly ? SECONDS_PER_HOUR : SECONDS_PER_DAY;
  const binOf = (time: string) =>
    isHourly ? `${time.slice(0, 13)}:00:00Z` : `${time.slice(0, 10)}T00:00:00Z`;
  return {
    from: new Date(from * 1000),
    until: new Date(until * 1000),
    unit: isHourly ? "hour" : "day",
    binOf,
    fill: (counts) => {
      const sums = new Map<string, number>();
      for (const [time, count] of counts)
        sums.set(binOf(time), (sums.get(binOf(time)) ?? 0) + count);
      return Array.from({ length: (until - from) / step }, (_, i) => {
        const start = from + i * step;
        return {
          start: new Date(start * 1000),
          end: new Date((start + step) * 1000),
          count: sums.get(toIsoSeconds(start)) ?? 0,
        };
      });
    },
  };
}

/** To make one takes as long as naming a hundred days. */
const DAY_FORMAT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** `19 Nov 18:00` or `19 Nov`, UTC. */
export function binName(start: Date, unit: TimeBins["unit"]): string {
  const day = DAY_FORMAT.format(start);
  return unit === "day" ? day : `${day} ${start.toISOString().slice(11, 16)}`;
}
