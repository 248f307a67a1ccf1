import { createHash } from "node:crypto";
import { makeEntry, type WireEntry } from "../../fake-slack/entries.ts";
import { encodeObject } from "../../lib/archive/archive-object.ts";
import { toObjectKey } from "../../lib/archive/object-key.ts";
import type { Alert } from "../../lib/detect/alert.ts";
import { configureRules, type RuleOverrides } from "../../lib/detect/configure.ts";
import { correlate } from "../../lib/detect/correlate.ts";
import type { Correlation, Step } from "../../lib/detect/correlation.ts";
import { detectArchive } from "../../lib/detect/detect-archive.ts";
import { Detector, type DetectorSettings } from "../../lib/detect/detector.ts";
import { entityId } from "../../lib/detect/entry-fields.ts";
import { SUPPRESSION_EXPIRED } from "../../lib/detect/expired-suppression.ts";
import { NO_CONTEXT } from "../../lib/detect/rule.ts";
import { ACTOR } from "../../lib/detect/subjects.ts";
import { type Suppression, Suppressions } from "../../lib/detect/suppressions.ts";
import { hourOf, startOfDay, toIsoSeconds } from "../../lib/time.ts";
import { MemoryArchiveStore } from "../fakes/memory-archive-store.ts";
import { MemoryCorrelationStore } from "../fakes/memory-correlation-store.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";

const MIDNIGHT = Date.UTC(2026, 2, 3) / 1000;
const PERIOD_SECONDS = 100;
const SOURCES = ["gov", "grid"] as const;

const DESCRIPTION = {
  ...({ title: "", severity: "info", reason: "", techniques: [], reference: "" } as const),
  alertTitle: (subject: string) => subject,
  examples: { match: [], ignore: [] },
};
const step = (action: string, atLeast = 1): Step => ({ actions: [action], by: ACTOR, atLeast });

/** Small windows and counts, so that entries by the dozen are at every edge. */
const CORRELATIONS: readonly [Correlation, ...Correlation[]] = [
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

/** An entry, and the source that it is of. */
interface SourceEntry extends WireEntry {
  source: string;
  email: string;
}

/**
 * Random entries, and the alerts that they give when they come in the archive's order, and
 * when they come shuffled, cut, repeated and at the same time.
 *
 * @returns the alerts that should be, each with who holds it back, and what is wrong, if anything
 */
export async function runScenario(seed: number): Promise<{ expected: string[]; wrong: string[] }> {
  const random = new SeededRandom(seed);
  const entries = makeEntries(random);
  const suppressions = makeSuppressions(random);
  const overrides = makeOverrides(random);
  const settings: DetectorSettings = {
    ...{ rules: CORRELATIONS, overrides, suppressions: new Suppressions(suppressions) },
    ...{ context: NO_CONTEXT, periodSeconds: PERIOD_SECONDS },
  };
  const expected = [...expectedAlerts(entries, overrides, suppressions)].sort();
  const ways: [string, string[]][] = [
    ["shuffled", await deliver(random, entries, settings)],
    ["backtest", await backtest(random, entries, settings)],
  ];
  const wrong = ways
    .filter(([, alerts]) => JSON.stringify(alerts) !== JSON.stringify(expected))
    .map(([way, alerts]) => {
      const more = alerts.filter((alert) => !expected.includes(alert));
      const missing = expected.filter((alert) => !alerts.includes(alert));
      return `seed ${seed}, ${way}: more ${more.join(", ")}; missing ${missing.join(", ")}`;
    });
  return { expected, wrong };
}

/** Before and after midnight, when suppressions expire; a person may have several addresses of e-mail. */
function makeEntries(random: SeededRandom): SourceEntry[] {
  const spanSeconds = random.pick([60, 300, 1500]);
  const start = MIDNIGHT - random.integer(0, spanSeconds);
  const actors = random.integer(1, 2);
  const emails = random.pick<readonly [string, ...string[]]>([
    [""],
    ["ada@bots.example.com"],
    ["ada@bots.example.com", "ada@example.com"],
    ["ada@bots.example.com", "ada@example.com", ""],
  ]);
  return Array.from({ length: random.integer(1, 60) }, () => {
    const email = random.pick(emails);
    const entry = makeEntry({
      dateCreate: start + random.integer(0, spanSeconds),
      action: random.pick(["a", "a", "b", "c"]),
      actor: { id: `U${random.integer(1, actors)}`, email },
      entity: { type: "file", file: { id: `F${random.integer(1, 6)}` } },
    });
    return { ...entry, source: random.pick(SOURCES), email };
  });
}

function makeSuppressions(random: SeededRandom): Suppression[] {
  return Array.from({ length: random.integer(0, 8) }, (_, index) => ({
    rule: random.pick(CORRELATIONS).id,
    actor: random.pick(["U1", "u2", "*@bots.example.com", "ada@example.com"]),
    ...(random.chance(0.3) ? { source: random.pick(SOURCES) } : {}),
    ...{ reason: "random", owner: `owner ${index}` },
    expires: random.pick(["2026-03-02", "2026-03-03", "2026-03-03", "2026-03-04"]),
  }));
}

/** Windows that do not divide a day, so that suppressions expire within one. */
function makeOverrides(random: SeededRandom): RuleOverrides {
  return {
    ...(random.chance(0.5) ? { count: { within: "70s", sources: { gov: { atLeast: 2 } } } } : {}),
    ...(random.chance(0.5) ? { distinct: { within: "130s" } } : {}),
    ...(random.chance(0.5) ? { pair: { sources: { gov: "off", grid: { within: "7m" } } } } : {}),
    ...(random.chance(0.5) ? { long: { within: "25m" } } : {}),
  };
}

/** Cut into objects, some of them twice, and looked at in any order, several at a time. */
async function deliver(
  random: SeededRandom,
  entries: readonly SourceEntry[],
  settings: DetectorSettings,
): Promise<string[]> {
  const detector = new Detector(settings);
  const store = new MemoryCorrelationStore();
  const objects = cut(shuffle(random, entries), random.integer(1, 20));
  const repeated = objects.filter(() => random.chance(0.3));
  const alerts = new Set<string>();
  const queue = shuffle(random, [...objects, ...repeated]).values();
  const worker = async () => {
    for (const object of queue) {
      const lines = object.map(({ text }) => Buffer.from(text));
      const { stretches } = detector.detect(keyOf(object), lines);
      const found = await correlate(stretches, slow(random, store), settings, 0);
      for (const alert of found) alerts.add(toText(alert));
    }
  };
  await Promise.all(Array.from({ length: random.integer(1, 3) }, worker));
  return [...alerts].sort();
}

async function backtest(
  random: SeededRandom,
  entries: readonly SourceEntry[],
  settings: DetectorSettings,
): Promise<string[]> {
  const archive = new MemoryArchiveStore();
  for (const object of cut(entries, random.integer(10, 60))) {
    const { key, body } = await encodeObject(
      object[0]?.source ?? "",
      object.map(({ id = "", dateCreate, text }) => ({ id, dateCreate, bytes: Buffer.from(text) })),
    );
    await archive.put(key, body);
  }
  const alerts: Alert[] = [];
  await detectArchive(archive, settings, { onAlert: (alert) => alerts.push(alert) });
  return alerts
    .filter(({ ruleId }) => ruleId !== SUPPRESSION_EXPIRED.id)
    .map(toText)
    .sort();
}

function toText({ id, suppression }: Alert): string {
  return heldText(id, suppression);
}

function heldText(id: string, suppression: Pick<Suppression, "owner"> | undefined): string {
  return suppression === undefined ? id : `${id} held by ${suppression.owner}`;
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

/**
 * What a reader of the rules would say, who has all entries at hand: each alert once for each
 * suppression that holds for an entry of its window, and once when one of them has none.
 */
function expectedAlerts(
  entries: readonly SourceEntry[],
  overrides: RuleOverrides,
  suppressions: readonly Suppression[],
): Set<string> {
  const alerts = new Set<string>();
  for (const source of SOURCES) {
    for (const rule of configureRules(overrides, CORRELATIONS, source)) {
      const { id, withinSeconds, steps } = rule as Correlation;
      const period = Math.ceil(PERIOD_SECONDS / withinSeconds) * withinSeconds;
      for (const { actorId, dateCreate: end, action } of entries.filter(isOf(source))) {
        if (!steps.at(-1)?.actions.includes(action)) continue;
        const window = entries.filter(
          (entry) =>
            entry.source === source &&
            entry.actorId === actorId &&
            entry.dateCreate > end - withinSeconds &&
            entry.dateCreate <= end &&
            steps.some(({ actions }) => actions.includes(entry.action)),
        );
        if (!canTake(steps, window, end - withinSeconds, id === "distinct")) continue;
        const hash = createHash("sha256").update(actorId).digest("hex").slice(0, 16);
        const alert = `${id}/${source}/${toIsoSeconds(end - (end % period))}/${hash}`;
        for (const entry of window) {
          alerts.add(heldText(alert, longest(suppressions, id, entry, end)));
        }
      }
    }
  }
  return alerts;
}

/** The suppression that holds for an entry at a time; of several the one that holds longest. */
function longest(
  suppressions: readonly Suppression[],
  ruleId: string,
  { actorId, email, source }: SourceEntry,
  time: number,
): Suppression | undefined {
  const names = [actorId.toLowerCase(), email];
  return suppressions
    .filter(
      ({ rule, actor = "", expires, ...of }) =>
        rule === ruleId &&
        (of.source ?? source) === source &&
        startOfDay(expires) > time &&
        (names.includes(actor.toLowerCase()) ||
          (actor.startsWith("*") && email.endsWith(actor.slice(1)))),
    )
    .toSorted((a, b) => b.expires.localeCompare(a.expires))[0];
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

function isOf(source: string) {
  return (entry: SourceEntry) => entry.source === source;
}

/** Each object is of one source and one hour. */
function cut(entries: readonly SourceEntry[], size: number): SourceEntry[][] {
  const hours = Map.groupBy(entries, ({ source, dateCreate }) => source + hourOf(dateCreate));
  return [...hours.values()].flatMap((hour) => {
    const objects: SourceEntry[][] = [];
    for (let at = 0; at < hour.length; at += size) objects.push(hour.slice(at, at + size));
    return objects;
  });
}

function shuffle<T>(random: SeededRandom, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: random.integer(0, 1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function keyOf(entries: readonly SourceEntry[]): string {
  const times = entries.map(({ dateCreate }) => dateCreate);
  return toObjectKey({
    source: entries[0]?.source ?? "",
    minDateCreate: Math.min(...times),
    maxDateCreate: Math.max(...times),
    hash: "0123456789abcdef",
  });
}
