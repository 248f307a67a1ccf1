import { at, type Random } from "./random.ts";

export const SECONDS_PER_WEEK = 7 * 24 * 3600;

const MINUTES_PER_WEEK = 7 * 24 * 60;

/** The epoch began on a Thursday; weeks here begin on Monday at 00:00 UTC. */
const FIRST_MONDAY = 4 * 24 * 3600;

/** Where people work. Offsets are fixed, because daylight saving would add nothing. */
export const OFFICES = [
  { city: "San Francisco, California", utcOffsetHours: -8, share: 0.5, network: "192.0.2." },
  { city: "London, England", utcOffsetHours: 0, share: 0.3, network: "198.51.100." },
  { city: "Tokyo, Japan", utcOffsetHours: 9, share: 0.2, network: "203.0.113." },
] as const;

/** Activity by local hour of a weekday, relative to the hours around noon. */
const LOCAL_HOURS = [
  0.03, 0.02, 0.02, 0.02, 0.02, 0.04, 0.1, 0.3, 0.7, 1.1, 1.2, 1.1, 0.8, 1, 1.2, 1.2, 1.1, 0.9, 0.5,
  0.3, 0.2, 0.15, 0.1, 0.05,
];

const WEEKEND_FACTOR = 0.1;

/** Epoch seconds of the Monday, 00:00 UTC, of the week in which a second lies. */
export function weekOf(epochSeconds: number): number {
  const sinceMonday =
    (((epochSeconds - FIRST_MONDAY) % SECONDS_PER_WEEK) + SECONDS_PER_WEEK) % SECONDS_PER_WEEK;
  return epochSeconds - sinceMonday;
}

/** How busy each office is, hour by hour of the week: working hours, weekends, time zones. */
export class Rhythm {
  /** By hour of the week; all of them add up to 1. */
  readonly #hourShares: number[];
  /** By hour of the week: the share of the first office, and of the first two. */
  readonly #officeBounds: (readonly [number, number])[];

  constructor() {
    const hours = Array.from({ length: 168 }, (_, hour) =>
      OFFICES.map(({ utcOffsetHours, share }) => share * activityAt(hour + utcOffsetHours)),
    );
    const total = hours.flat().reduce(add);
    this.#hourShares = hours.map((offices) => offices.reduce(add) / total);
    this.#officeBounds = hours.map(([first = 0, second = 0, third = 0]) => {
      const sum = first + second + third;
      return [first / sum, (first + second) / sum];
    });
  }

  /** The part of a week's activity that falls into this minute of the epoch. */
  minuteShare(minute: number): number {
    const ofWeek = minuteOfWeek(minute);
    const hour = Math.floor(ofWeek / 60);
    const fraction = (ofWeek % 60) / 60;
    const here = at(this.#hourShares, hour);
    const next = at(this.#hourShares, (hour + 1) % 168);
    return (here + (next - here) * fraction) / 60;
  }

  /** An office; one at work is more likely than one asleep. */
  pickOffice(random: Random, epochSeconds: number): number {
    const hour = Math.floor(minuteOfWeek(Math.floor(epochSeconds / 60)) / 60);
    const [first, second] = at(this.#officeBounds, hour);
    const draw = random.unit();
    return draw < first ? 0 : draw < second ? 1 : 2;
  }
}

function minuteOfWeek(minute: number): number {
  return (((minute - FIRST_MONDAY / 60) % MINUTES_PER_WEEK) + MINUTES_PER_WEEK) % MINUTES_PER_WEEK;
}

function activityAt(localHourOfWeek: number): number {
  const hour = (localHourOfWeek + 168) % 168;
  return at(LOCAL_HOURS, hour % 24) * (hour >= 5 * 24 ? WEEKEND_FACTOR : 1);
}

function add(a: number, b: number): number {
  return a + b;
}
