import type { SeededRandom } from "./seeded-random.ts";

/** Monday 2026-03-02 09:00 UTC, half an hour before an hour ends for windows to meet. */
export const EPOCH = Date.UTC(2026, 2, 2, 9, 30) / 1000;

export const ALLOWED_LATENESS_SECONDS = 900;
export const SETTLE_DELAY_SECONDS = 60;
/** Between the clocks of Slack, of the stores and of the runs. */
export const CLOCK_SKEW_MS_MAX = 3000;

export interface SimulatedEntry {
  id: string | undefined;
  /** Epoch seconds. */
  dateCreate: number;
  /** Epoch milliseconds from which Slack shows it. */
  visibleAtMs: number;
  text: string;
}

/** What a seed decides beforehand. What goes wrong, and when, it decides as the time comes. */
export interface Scenario {
  entries: SimulatedEntry[];
  /** Epoch seconds: how long entries come, and things go wrong. */
  troubleUntil: number;
  pageLimit: number;
  latestExclusive: boolean;
  /** How a cursor finds its place again: by the second it has come to, or by a count of entries. */
  cursorKind: "second" | "count";
  endOfListing: "empty" | "null" | "absent" | "no_metadata";
  /** Probabilities that one thing goes wrong with one call. */
  slackFaults: number;
  storeFaults: number;
  cursorLifetimeMs: number;
  callsPerMinute: number;
  /** Of one run of the function. */
  runLimitMs: number;
  /** A run has no limit, as in a terminal: one that stands still goes on when its lease has passed to another. */
  outlivesLimit: boolean;
  /** Windows may cross hours, as those of a backfill do. */
  crossesHours: boolean;
  killChance: number;
  freezeChance: number;
  duplicateChance: number;
  gapChance: number;
  rotatesTokenAtMs: number;
}

export function makeScenario(random: SeededRandom): Scenario {
  // Most worlds are small, so that many can be seen; some are long enough for hours to change.
  const spanSeconds = random.integer(600, random.chance(0.3) ? 3600 : 1200);
  const troubleUntil = EPOCH + spanSeconds;
  const cursorKind = random.pick(["second", "count"] as const);
  const outlivesLimit = random.chance(0.2);
  return {
    entries: makeEntries(random, spanSeconds),
    troubleUntil,
    pageLimit: random.pick([2, 3, 5, 10, 9999]),
    latestExclusive: random.chance(0.3),
    cursorKind,
    endOfListing: random.pick(["empty", "null", "absent", "no_metadata"]),
    slackFaults: random.pick([0, 0.05, 0.2, 0.5]),
    storeFaults: random.pick([0, 0.02, 0.1]),
    // A cursor that counts splits a burst of one second over pages: nobody can read that
    // when each cursor has expired before the next call is allowed.
    cursorLifetimeMs: cursorKind === "count" ? 3_600_000 : random.pick([500, 60_000, 3_600_000]),
    callsPerMinute: random.pick([6, 50, 1_000_000]),
    runLimitMs: random.pick([40_000, 120_000, 300_000]),
    outlivesLimit,
    crossesHours: random.chance(0.2),
    killChance: random.pick([0, 0.2, 0.6]),
    freezeChance: outlivesLimit ? 0.4 : random.pick([0, 0.1]),
    duplicateChance: random.pick([0, 0.3]),
    gapChance: random.pick([0, 0.3]),
    rotatesTokenAtMs: (EPOCH + random.integer(0, 2 * spanSeconds)) * 1000,
  };
}

function makeEntries(random: SeededRandom, spanSeconds: number): SimulatedEntry[] {
  const entries: SimulatedEntry[] = [];
  const lateChance = random.pick([0, 0.1, 0.5]);
  const malformedChance = random.pick([0, 0, 0.05]);
  const groups = random.integer(0, 25);
  for (let group = 0; group < groups; group++) {
    const dateCreate = EPOCH + random.integer(0, spanSeconds - 1);
    const size = random.chance(0.15) ? random.integer(2, 15) : 1;
    for (let i = 0; i < size; i++) {
      entries.push(makeEntry(random, entries.length, dateCreate, lateChance, malformedChance));
    }
  }
  return entries;
}

function makeEntry(
  random: SeededRandom,
  number: number,
  dateCreate: number,
  lateChance: number,
  malformedChance: number,
): SimulatedEntry {
  const delaySeconds = random.chance(lateChance)
    ? random.integer(1, ALLOWED_LATENESS_SECONDS)
    : random.integer(0, SETTLE_DELAY_SECONDS);
  // Lateness is by Slack's clock, scans go by the run's.
  const delayMs = Math.max(0, delaySeconds * 1000 - 2 * CLOCK_SKEW_MS_MAX);
  const id = random.chance(malformedChance) ? undefined : `entry-${number}`;
  const name = random.pick(["plain", "with \\/ and \\u00e9", "日本 🎉", '\\"}],{\\"']);
  const numbers = `${9007199254740993n + BigInt(number)},1.0,1e2`;
  const idField = id === undefined ? "" : `"id":"${id}",`;
  const text = `{${idField}"date_create":${dateCreate},"action":"user_login","name":"${name}","n":[${numbers}]}`;
  return { id, dateCreate, visibleAtMs: dateCreate * 1000 + delayMs, text };
}
