import type { SeededRandom } from "./seeded-random.ts";

export const ALLOWED_LATENESS_SECONDS = 900;
export const SETTLE_DELAY_SECONDS = 60;

export interface SimulatedEntry {
  id: string | undefined;
  /** Epoch seconds. */
  dateCreate: number;
  /** Epoch milliseconds from which Slack shows it. */
  visibleAtMs: number;
  text: string;
}

interface EntriesSettings {
  /** Epoch seconds at which the live runs begin, and for how long entries come. */
  start: number;
  spanSeconds: number;
  /** There are entries from so long before, too. */
  backSeconds: number;
  skewMsMax: number;
}

/** Latest of those that no live run needs to find, seconds. */
const VERY_LATE_SECONDS = 7200;

interface Kind {
  lateChance: number;
  /** Late ones are as late as is allowed. */
  isLatest: boolean;
  veryLateChance: number;
  malformedChance: number;
}

export function makeEntries(random: SeededRandom, settings: EntriesSettings): SimulatedEntry[] {
  const { start, spanSeconds, backSeconds } = settings;
  const entries: SimulatedEntry[] = [];
  const kind: Kind = {
    lateChance: random.pick([0, 0.1, 0.5]),
    isLatest: random.chance(0.3),
    veryLateChance: backSeconds > 0 ? random.pick([0, 0.1]) : 0,
    malformedChance: random.pick([0, 0, 0.05]),
  };
  const isQuiet = random.chance(0.1);
  const groups = isQuiet ? 0 : random.integer(0, 25);
  for (let group = 0; group < groups; group++) {
    const isOlder = backSeconds > 0 && random.chance(0.4);
    const dateCreate = isOlder
      ? start - random.integer(1, backSeconds)
      : start +
        (kind.isLatest ? afterRun(random, spanSeconds) : random.integer(0, spanSeconds - 1));
    const size = random.chance(backSeconds > 0 ? 0.3 : 0.15) ? random.integer(2, 15) : 1;
    for (let i = 0; i < size; i++) {
      entries.push(makeEntry(random, entries.length, dateCreate, kind, settings));
    }
  }
  return entries;
}

/** Live runs begin every five minutes: what is as late as is allowed appears just after one. */
function afterRun(random: SeededRandom, spanSeconds: number): number {
  return 300 * random.integer(0, Math.floor(spanSeconds / 300) - 1) + random.integer(1, 9);
}

function makeEntry(
  random: SeededRandom,
  number: number,
  dateCreate: number,
  kind: Kind,
  { skewMsMax }: EntriesSettings,
): SimulatedEntry {
  const delaySeconds = random.chance(kind.veryLateChance)
    ? random.integer(ALLOWED_LATENESS_SECONDS, VERY_LATE_SECONDS)
    : random.chance(kind.lateChance)
      ? kind.isLatest
        ? ALLOWED_LATENESS_SECONDS
        : random.integer(1, ALLOWED_LATENESS_SECONDS)
      : random.integer(0, SETTLE_DELAY_SECONDS);
  // Lateness is by Slack's clock, scans go by the run's.
  const delayMs = Math.max(0, delaySeconds * 1000 - 2 * skewMsMax);
  const id = random.chance(kind.malformedChance) ? undefined : `entry-${number}`;
  const name = random.pick(["plain", "with \\/ and \\u00e9", "日本 🎉", '\\"}],{\\"']);
  const numbers = `${9007199254740993n + BigInt(number)},1.0,1e2`;
  const idField = id === undefined ? "" : `"id":"${id}",`;
  const text = `{${idField}"date_create":${dateCreate},"action":"user_login","name":"${name}","n":[${numbers}]}`;
  return { id, dateCreate, visibleAtMs: dateCreate * 1000 + delayMs, text };
}
