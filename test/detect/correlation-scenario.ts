import { createHash } from "node:crypto";
import { makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { correlate } from "../../lib/detect/correlate.ts";
import type { Correlation, Step } from "../../lib/detect/correlation.ts";
import { detectArchive } from "../../lib/detect/detect-archive.ts";
import { Detector } from "../../lib/detect/detector.ts";
import { entityId } from "../../lib/detect/entry-fields.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { ACTOR } from "../../lib/detect/subjects.ts";
import { toIsoSeconds } from "../../lib/time.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { MemoryCorrelationStore } from "../fakes/memory-correlation-store.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";

const HOUR_START = Date.UTC(2026, 2, 2, 9) / 1000;
const PERIOD_SECONDS = 100;
const SETTINGS = { periodSeconds: PERIOD_SECONDS, forgetAfterSeconds: 0 };

const DESCRIPTION = {
  ...({ title: "", severity: "info", reason: "", techniques: [], reference: "" } as const),
  alertTitle: (subject: string) => subject,
  examples: { match: [], ignore: [] },
};
const step = (action: string, atLeast = 1): Step => ({ actions: [action], by: ACTOR, atLeast });

/** Small windows and counts, so that entries by the dozen are at every edge. */
const CORRELATIONS: readonly Correlation[] = [
  { ...DESCRIPTION, id: "count", withinSeconds: 60, steps: [step("a", 3)] },
  {
    ...{ ...DESCRIPTION, id: "distinct", withinSeconds: 45 },
    steps: [{ ...step("a", 3), distinct: entityId }],
  },
  { ...DESCRIPTION, id: "pair", withinSeconds: 60, steps: [step("a"), step("b")] },
  { ...DESCRIPTION, id: "several-first", withinSeconds: 90, steps: [step("b", 2), step("a")] },
  { ...DESCRIPTION, id: "three", withinSeconds: 80, steps: [step("c"), step("b"), step("a", 2)] },
  { ...DESCRIPTION, id: "long", withinSeconds: 400, steps: [step("c", 2)] },
];

/**
 * Random entries, and the alerts that they give when they come in the archive's order, and
 * when they come shuffled, cut, repeated and at the same time.
 *
 * @returns the ids of the alerts that should be, and what is wrong, if anything
 */
export async function runScenario(seed: number): Promise<{ expected: string[]; wrong: string[] }> {
  const random = new SeededRandom(seed);
  const entries = makeEntries(random);
  const expected = [...expectedAlerts(entries)].sort();
  const ways: [string, string[]][] = [
    ["shuffled", await deliver(random, entries, new MemoryCorrelationStore())],
    ["backtest", await backtest(random, entries)],
  ];
  const wrong = ways
    .filter(([, ids]) => JSON.stringify(ids) !== JSON.stringify(expected))
    .map(([way, ids]) => `seed ${seed}, ${way}: ${ids.join(" ")} instead of ${expected.join(" ")}`);
  return { expected, wrong };
}

function makeEntries(random: SeededRandom): WireEntry[] {
  const spanSeconds = random.pick([60, 300, 1500]);
  const actors = random.integer(1, 2);
  return Array.from({ length: random.integer(1, 60) }, () =>
    makeEntry({
      dateCreate: HOUR_START + random.integer(0, spanSeconds),
      action: random.pick(["a", "a", "b", "c"]),
      actor: { id: `U${random.integer(1, actors)}` },
      entity: { type: "file", file: { id: `F${random.integer(1, 6)}` } },
    }),
  );
}

/** Cut into objects, some of them twice, and looked at in any order, several at a time. */
async function deliver(
  random: SeededRandom,
  entries: readonly WireEntry[],
  store: MemoryCorrelationStore,
): Promise<string[]> {
  const detector = new Detector({ rules: CORRELATIONS, context: NO_CONTEXT, ...SETTINGS });
  const objects = cut(shuffle(random, entries), random.integer(1, 20));
  const repeated = objects.filter(() => random.chance(0.3));
  const ids = new Set<string>();
  const queue = shuffle(random, [...objects, ...repeated]).values();
  const worker = async () => {
    for (const object of queue) {
      const lines = object.map(({ text }) => Buffer.from(text));
      const { stretches } = detector.detect(keyOf(object), lines);
      for (const { id } of await correlate(
        stretches,
        slow(random, store),
        detector.settings,
        SETTINGS.forgetAfterSeconds,
      ))
        ids.add(id);
    }
  };
  await Promise.all(Array.from({ length: random.integer(1, 3) }, worker));
  return [...ids].sort();
}

async function backtest(random: SeededRandom, entries: readonly WireEntry[]): Promise<string[]> {
  const archive = new MemoryArchiveStore();
  for (const object of cut(entries, random.integer(10, 60))) {
    const { key, body } = await encodeObject(
      "grid",
      object.map(({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) })),
    );
    await archive.put(key, body);
  }
  const ids: string[] = [];
  await detectArchive(
    archive,
    { rules: CORRELATIONS, context: NO_CONTEXT, ...SETTINGS },
    { onAlert: ({ id }) => ids.push(id) },
  );
  return ids.sort();
}

/** A store whose calls take different times. */
function slow(random: SeededRandom, store: MemoryCorrelationStore): MemoryCorrelationStore {
  const wait = async () => {
    for (let turns = random.integer(0, 4); turns > 0; turns--) await Promise.resolve();
  };
  return Object.assign(Object.create(store), {
    add: async (...args: Parameters<MemoryCorrelationStore["add"]>) => {
      await wait();
      await store.add(...args);
      await wait();
    },
    read: async (key: string) => {
      await wait();
      return store.read(key).then((points) => new Set(points));
    },
    remove: (...args: Parameters<MemoryCorrelationStore["remove"]>) => store.remove(...args),
  });
}

/** What a reader of the rules would say, who has all entries at hand. */
function expectedAlerts(entries: readonly WireEntry[]): Set<string> {
  const ids = new Set<string>();
  for (const { id, withinSeconds, steps } of CORRELATIONS) {
    const period = Math.ceil(PERIOD_SECONDS / withinSeconds) * withinSeconds;
    for (const { actorId, dateCreate: end } of entries) {
      const window = entries.filter(
        (entry) =>
          entry.actorId === actorId &&
          entry.dateCreate > end - withinSeconds &&
          entry.dateCreate <= end,
      );
      const isLast = window.some(
        ({ action, dateCreate }) => dateCreate === end && steps.at(-1)?.actions.includes(action),
      );
      if (isLast && canTake(steps, window, end - withinSeconds, id === "distinct")) {
        const hash = createHash("sha256").update(actorId).digest("hex").slice(0, 16);
        ids.add(`${id}/grid/${toIsoSeconds(end - (end % period))}/${hash}`);
      }
    }
  }
  return ids;
}

/** Whether the steps can be taken from a second on, tried with every second at which the first can end. */
function canTake(
  [first, ...others]: readonly Step[],
  window: readonly WireEntry[],
  from: number,
  byEntity: boolean,
): boolean {
  if (first === undefined) return true;
  return window.some(({ dateCreate: until }) => {
    const taken = window.filter(
      ({ action, dateCreate }) =>
        first.actions.includes(action) && dateCreate >= from && dateCreate <= until,
    );
    const counted = new Set(taken.map(({ id, entityId }) => (byEntity ? entityId : id)));
    return counted.size >= (first.atLeast ?? 1) && canTake(others, window, until, byEntity);
  });
}

function cut(entries: readonly WireEntry[], size: number): WireEntry[][] {
  const objects: WireEntry[][] = [];
  for (let at = 0; at < entries.length; at += size) objects.push(entries.slice(at, at + size));
  return objects;
}

function shuffle<T>(random: SeededRandom, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: random.integer(0, 1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function keyOf(entries: readonly WireEntry[]): string {
  const times = entries.map(({ dateCreate }) => dateCreate);
  const range = `${Math.min(...times)}-${Math.max(...times)}`;
  return `audit_logs/source=grid/dt=2026-03-02/hour=09/${range}-0123456789abcdef.json.gz`;
}
