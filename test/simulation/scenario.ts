import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from "../../lib/time.ts";
import { makeEntries, type SimulatedEntry } from "./entries.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** Monday 2026-03-02 09:30 UTC, half an hour before an hour ends for windows to meet. */
const MORNING = Date.UTC(2026, 2, 2, 9, 30) / 1000;
/** Half an hour before the day ends, for it to be sealed. */
const EVENING = Date.UTC(2026, 2, 2, 23, 30) / 1000;

/** An organization: what Slack has of it, and how Slack behaves. */
export interface SourceScenario {
  name: string;
  entries: SimulatedEntry[];
  /** Epoch seconds before which Slack refuses to list. */
  listsFrom: number;
  /** And how long ago a window must end: its clock may be behind ours. */
  listsUntilSecondsAgo: number;
  pageLimit: number;
  latestExclusive: boolean;
  /** How a cursor finds its place again: by the second it has come to, or by a count of entries. */
  cursorKind: "second" | "count";
  endOfListing: "empty" | "null" | "absent" | "no_metadata";
  /** Probability that something goes wrong with a call. */
  slackFaults: number;
  cursorLifetimeMs: number;
  callsPerMinute: number;
  /** A page with more entries than this never arrives whole. */
  wholePageMax: number;
  whatLargePagesAre: "cut" | "too_large";
  /** Probability that a page has an entry twice, or one from outside its window. */
  strayChance: number;
  rotatesTokenAtMs: number;
  /** Windows of the live runs may cross hours, as those of a backfill do. */
  crossesHours: boolean;
  /** Epoch seconds from which a backfill is asked for; absent: none is. */
  backfillFrom: number | undefined;
  /** Virtual time from which it may be asked for: when days are being sealed, in some. */
  backfillAskedAtMs: number;
  /** Texts of entries that are imported, each from some export; none: nothing is imported. */
  imported: string[];
  /** Rules run on what is stored. */
  isWatched: boolean;
  /** Someone rewrites stored lines. */
  isTamperedWith: boolean;
}

/** What a seed decides beforehand. What goes wrong, and when, it decides as the time comes. */
export interface Scenario {
  /** Days are sealed, and more than the live runs write. Takes more time, so few seeds have it. */
  hasAllWriters: boolean;
  sources: SourceScenario[];
  /** Epoch seconds at which the live runs begin, and until which entries come and things go wrong. */
  start: number;
  troubleUntil: number;
  scheduleMs: number;
  /** Probability that something goes wrong with a call to a store. */
  storeFaults: number;
  /** Between the clocks of Slack, of the stores and of the runs. */
  skewMsMax: number;
  /** Of one run of a function. */
  runLimitMs: number;
  /** Runs have no limit, as in a terminal: one that stands still goes on when its lease has passed to another. */
  outlivesLimit: boolean;
  killChance: number;
  freezeChance: number;
  duplicateChance: number;
  gapChance: number;
  /** That a run which failed is started again at once. */
  retryChance: number;
  sealDelaySeconds: number;
  /** Epoch milliseconds from which the live runs are set to look for late entries an hour back. */
  raisesLatenessAtMs: number;
}

export function makeScenario(random: SeededRandom): Scenario {
  const hasAllWriters = random.chance(0.12);
  const start = hasAllWriters ? EVENING : MORNING;
  // Most scenarios are small, so that many can be seen; some are long enough for hours to change.
  const spanSeconds = hasAllWriters
    ? random.integer(2400, 4800)
    : random.integer(600, random.chance(0.3) ? 3600 : 1200);
  const outlivesLimit = random.chance(0.2);
  const skewMsMax = random.pick([0, 3000]);
  const shared = { hasAllWriters, start, spanSeconds, skewMsMax };
  const sources = [makeSource(random, "acme", shared)];
  if (hasAllWriters && random.chance(0.3)) {
    sources.push(makeSource(random, "birch", shared));
  }
  return {
    hasAllWriters,
    sources,
    start,
    troubleUntil: start + spanSeconds + (hasAllWriters ? random.integer(600, 5400) : 0),
    scheduleMs: random.pick(hasAllWriters ? [300_000, 600_000, 900_000] : [300_000]),
    storeFaults: random.pick([0, 0.02, hasAllWriters ? 0.04 : 0.1]),
    skewMsMax,
    runLimitMs: random.pick([120_000, 300_000, 345_000]),
    outlivesLimit,
    killChance: random.pick([0, 0.2, 0.6]),
    freezeChance: outlivesLimit ? 0.4 : random.pick([0, 0.1]),
    duplicateChance: random.pick([0, 0.3]),
    gapChance: random.pick([0, 0.3]),
    retryChance: random.pick([0, 0.5]),
    sealDelaySeconds: random.pick([0, 0, 3600]),
    raisesLatenessAtMs: random.chance(0.3)
      ? (start + random.integer(3600, 3 * SECONDS_PER_HOUR)) * 1000
      : Number.POSITIVE_INFINITY,
  };
}

interface Shared {
  hasAllWriters: boolean;
  start: number;
  spanSeconds: number;
  skewMsMax: number;
}

function makeSource(
  random: SeededRandom,
  name: string,
  { hasAllWriters, start, spanSeconds, skewMsMax }: Shared,
): SourceScenario {
  const cursorKind = random.pick(["second", "count"] as const);
  const backSeconds = hasAllWriters
    ? random.integer(SECONDS_PER_HOUR, random.chance(0.3) ? SECONDS_PER_DAY : 6 * SECONDS_PER_HOUR)
    : 0;
  const entries = makeEntries(random, { start, spanSeconds, backSeconds, skewMsMax });
  const hasLargePages = random.chance(0.1);
  const refusesRange = random.chance(0.1);
  const first = entries.reduce((min, { dateCreate }) => Math.min(min, dateCreate), start);
  return {
    name,
    entries,
    listsFrom: refusesRange ? first : 0,
    listsUntilSecondsAgo: random.chance(0.05) ? 120 : Number.NEGATIVE_INFINITY,
    pageLimit: hasLargePages ? 40 : random.pick([2, 3, 5, 10, 9999]),
    latestExclusive: random.chance(0.3),
    cursorKind,
    endOfListing: random.pick(["empty", "null", "absent", "no_metadata"]),
    slackFaults: random.pick(hasAllWriters ? [0.05, 0.3] : [0, 0.05, 0.2, 0.5]),
    // A cursor that counts splits a burst of one second over pages: nobody can read that
    // when each cursor has expired before the next call is allowed.
    cursorLifetimeMs: cursorKind === "count" ? 3_600_000 : random.pick([500, 60_000, 3_600_000]),
    // What takes many calls in a row is not begun again and again where few are allowed.
    callsPerMinute:
      hasLargePages || refusesRange
        ? 1_000_000
        : random.pick([hasAllWriters ? 20 : 6, 50, 1_000_000]),
    // Pages that go by the second have all entries of a second, whatever limit they are asked with.
    wholePageMax: hasLargePages
      ? cursorKind === "count"
        ? random.integer(1, 5)
        : busiestSecond(entries)
      : Number.POSITIVE_INFINITY,
    whatLargePagesAre: random.pick(["cut", "too_large"]),
    strayChance: random.pick([0, 0, 0.2]),
    rotatesTokenAtMs: (start + random.integer(0, 2 * spanSeconds)) * 1000,
    crossesHours: random.chance(0.2),
    backfillFrom: hasAllWriters && random.chance(0.6) ? start - backSeconds : undefined,
    backfillAskedAtMs: (start + (random.chance(0.5) ? random.integer(3600, 7200) : 0)) * 1000,
    imported: hasAllWriters && random.chance(0.5) ? makeExport(random, entries) : [],
    isWatched: hasAllWriters && random.chance(0.3),
    isTamperedWith: hasAllWriters && random.chance(0.3),
  };
}

/** @returns how many entries the second with the most of them has */
function busiestSecond(entries: readonly SimulatedEntry[]): number {
  const seconds = Map.groupBy(entries, ({ dateCreate }) => dateCreate);
  return Math.max(1, ...[...seconds.values()].map(({ length }) => length));
}

/** What some export has of the organization: not all of it, not always as Slack has it. */
function makeExport(random: SeededRandom, entries: readonly SimulatedEntry[]): string[] {
  const alterChance = random.pick([0, 0.1]);
  const texts = entries
    .filter(() => random.chance(0.4))
    .map(({ text }) =>
      random.chance(alterChance) ? text.replace('"user_login"', '"user_logout"') : text,
    );
  const older = MORNING - random.integer(0, SECONDS_PER_DAY);
  return [...texts, `{"id":"exported","date_create":${older},"action":"user_login"}`];
}
