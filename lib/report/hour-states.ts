import { rangeOfDays, SECONDS_PER_HOUR, toIsoSeconds } from "../time.ts";
import type { HourSummary } from "./report-data.ts";

/** What is known of an hour. In the order in which they are told; the last is the worst. */
export const HOUR_STATES = [
  { id: "sealed", name: "sealed, and as Slack listed it", sign: "" },
  { id: "late", name: "the same, with entries that only sealing found", sign: "+" },
  { id: "empty", name: "sealed; nothing happened", sign: "·" },
  { id: "open", name: "entries, not sealed yet", sign: "" },
  { id: "ahead", name: "after the newest entry", sign: "" },
  { id: "missing", name: "no entries and not sealed: perhaps not collected", sign: "?" },
  { id: "differs", name: "differs from what Slack listed", sign: "≠" },
  { id: "changed", name: "changed since it was sealed", sign: "!" },
] as const;

export type HourState = (typeof HOUR_STATES)[number]["id"];

/** An hour of the calendar. */
export interface CalendarHour {
  /** ISO 8601. */
  start: string;
  state: HourState;
  entries: number;
}

/**
 * Every hour from the first of the period, or the archive's first in it, to its last, or now.
 *
 * @param hours - of one source
 * @param until - epoch seconds; hours that begin then or later are left out
 */
export function calendarOf(
  hours: readonly HourSummary[],
  period: { from: string; to: string },
  until: number,
): CalendarHour[] {
  const known = new Map(hours.map((hour) => [hour.start, hour]));
  const first = hours[0];
  if (first === undefined) return [];
  const newest = hours.findLast(({ entries, sealed }) => entries > 0 || sealed !== undefined);
  const end = Math.min(until, rangeOfDays(period).until);
  const calendar: CalendarHour[] = [];
  // Of what is older than the archive, nothing was promised.
  for (let at = Date.parse(first.start) / 1000; at < end; at += SECONDS_PER_HOUR) {
    const start = toIsoSeconds(at);
    const hour = known.get(start);
    calendar.push({
      start,
      state: hour === undefined && start > (newest?.start ?? "") ? "ahead" : stateOf(hour),
      entries: hour?.entries ?? 0,
    });
  }
  return calendar;
}

/** As the saved query `completeness` grades hours; it does not tell late ones apart. */
function stateOf(hour: HourSummary | undefined): HourState {
  if (hour?.sealed === undefined) return (hour?.entries ?? 0) > 0 ? "open" : "missing";
  const { listed, archived, late, onlyInArchive, twice, differs } = hour.sealed;
  if (archived !== hour.entries) return "changed";
  if (listed !== archived || onlyInArchive + twice + differs > 0) return "differs";
  if (archived === 0) return "empty";
  return late > 0 ? "late" : "sealed";
}

/** The state that matters most, such as of a day. */
export function worstOf(states: readonly HourState[]): HourState {
  const order = HOUR_STATES.map(({ id }) => id);
  return states.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), "sealed");
}
