import type { AuditLogEntry } from "../slack/types.ts";
import {
  type Alert,
  alertName,
  type FoundEntry,
  MAX_ENTRY_IDS,
  makeAlert,
  withContext,
} from "./alert.ts";
import { actionsOf, type Correlation, type CountedStep, titleOf } from "./correlation.ts";
import type { DetectorSettings } from "./detector.ts";
import { sqlIs, sqlText } from "./inspect.ts";
import {
  type Completion,
  findCompletions,
  maxRelevantPoints,
  type Point,
  parsePoint,
  relevantPoints,
  toText,
  toValue,
} from "./points.ts";
import type { CorrelationStore } from "./ports.ts";
import type { RuleContext } from "./rule.ts";
import type { Suppression } from "./suppressions.ts";

/** What correlations depend on, besides their entries. */
type Settings = Pick<DetectorSettings, "periodSeconds" | "suppressions" | "context">;

/** Subjects that are looked up at the same time. */
const CONCURRENCY = 16;

/**
 * What an object adds to a correlation, for one subject and one stretch of time as long as
 * the correlation's window. Stretches are counted from the epoch.
 */
export interface Stretch {
  correlation: Correlation;
  /** Of the correlation, the source and the subject. */
  name: string;
  subjectId: string;
  subjectName: string;
  /** Epoch seconds. */
  start: number;
  points: Point[];
  /** Of the first entries, at most `MAX_ENTRY_IDS`. */
  entryIds: string[];
  /** The latest entry. */
  latest: FoundEntry;
}

/** Takes the entries of one object, in any order. */
export class Stretches {
  readonly #settings: Settings;
  readonly #byKey = new Map<string, Stretch>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * @returns whether the entry counts
   * @throws whatever the correlation throws
   */
  add(correlation: Correlation, step: number, found: FoundEntry): boolean {
    const { entry, source } = found;
    const definition = correlation.steps[step];
    const subjectId = definition?.by.id(entry);
    const { context, suppressions } = this.#settings;
    const counted = countedIn(correlation, entry, context);
    if (definition === undefined || subjectId === undefined || counted === undefined) return false;
    const time = entry.date_create;
    const start = time - (time % correlation.withinSeconds);
    const key = [correlation.id, source, start, subjectId].join("/");
    const mark = suppressions?.markOf(correlation, source, subjectId, entry) ?? "";
    const point = { step, time, value: toValue(counted), mark };
    const subjectName = definition.by.name(entry);
    const known = this.#byKey.get(key);
    if (known === undefined) {
      // The subject's id comes from Slack, of any length: its hash stands for it.
      const name = `${correlation.id}/${source}/${toValue(subjectId)}`;
      const subject = { name, subjectId, subjectName };
      const first = { points: [point], entryIds: [entry.id], latest: found };
      this.#byKey.set(key, { correlation, ...subject, start, ...first });
      return true;
    }
    known.points.push(point);
    if (known.entryIds.length < MAX_ENTRY_IDS) known.entryIds.push(entry.id);
    const { date_create, id } = known.latest.entry;
    if (time > date_create || (time === date_create && entry.id > id)) {
      known.latest = found;
      known.subjectName = subjectName;
    }
    return true;
  }

  values(): Stretch[] {
    return [...this.#byKey.values()];
  }
}

function countedIn(
  { steps }: Correlation,
  entry: AuditLogEntry,
  context: RuleContext,
): string | undefined {
  const only: CountedStep | undefined = steps.length === 1 ? steps[0] : undefined;
  return only?.distinct === undefined ? entry.id : only.distinct(entry, context);
}

/**
 * Add stretches to what is known, and tell which alerts that gives: all that their subjects
 * have in these stretches and in the ones after, whether an earlier object has raised them
 * or not.
 *
 * Everything is added before anything is read. So of two objects at the same time, the one
 * that ends its adding last sees the entries of both.
 *
 * @param forgetAfterSeconds - how long after its time an entry may still be delivered
 * @throws whatever the store throws; repeating the call changes nothing
 */
export async function correlate(
  stretches: readonly Stretch[],
  store: CorrelationStore,
  settings: Settings,
  forgetAfterSeconds: number,
): Promise<Alert[]> {
  await inParallel(stretches, async (stretch) => {
    const { correlation, start, points } = stretch;
    const isMany = points.length > maxRelevantPoints(correlation);
    const texts = (isMany ? relevantPoints(correlation, points) : points).map(toText);
    // Entries of the stretch after this one look back at it.
    const lastNeeded = start + 2 * correlation.withinSeconds;
    await store.add(keyOf(stretch, start), new Set(texts), lastNeeded + forgetAfterSeconds);
  });
  const alerts = await inParallel(stretches, async (stretch) => {
    const { correlation, start } = stretch;
    const next = start + correlation.withinSeconds;
    const [before = [], within = [], after = []] = await Promise.all(
      [start - correlation.withinSeconds, start, next].map(async (at) => {
        return Array.from(await store.read(keyOf(stretch, at)), parsePoint);
      }),
    );
    await forgetIrrelevant(stretch, within, store);
    const holding = (mark: string, time: number) => settings.suppressions?.holding(mark, time);
    return [
      { at: start, completions: findCompletions(correlation, before, within, holding) },
      { at: next, completions: findCompletions(correlation, within, after, holding) },
    ].flatMap(({ at, completions }) =>
      Array.from(completions, ([suppression, completion]) =>
        correlationAlert(stretch, at, completion, suppression, settings),
      ),
    );
  });
  return [...new Map(alerts.flat().map((alert) => [alertName(alert), alert])).values()];
}

/** Keeps the set of a stretch small: not on each occasion, only when it has grown. */
async function forgetIrrelevant(
  { correlation, ...stretch }: Stretch,
  points: readonly Point[],
  store: CorrelationStore,
): Promise<void> {
  if (points.length <= maxRelevantPoints(correlation)) return;
  const relevant = new Set(relevantPoints(correlation, points));
  const irrelevant = points.filter((point) => !relevant.has(point)).map(toText);
  if (irrelevant.length === 0) return;
  await store.remove(keyOf(stretch, stretch.start), new Set(irrelevant));
}

/**
 * A period in which a subject is one alert: whole stretches, so that which period a stretch
 * is in does not depend on its entries.
 *
 * @param periodSeconds - as configured
 */
function alertPeriod({ withinSeconds }: Correlation, periodSeconds: number): number {
  return Math.ceil(periodSeconds / withinSeconds) * withinSeconds;
}

/**
 * @param at - start of the stretch that is complete
 * @param suppression - that holds for an entry of it
 */
function correlationAlert(
  { correlation, subjectId, subjectName, points, entryIds, latest }: Stretch,
  at: number,
  completion: Completion,
  suppression: Suppression | undefined,
  settings: Settings,
): Alert {
  const periodSeconds = alertPeriod(correlation, settings.periodSeconds);
  return makeAlert(
    correlation,
    withContext(latest, settings.context),
    {
      title: titleOf(correlation, subjectName),
      dedupeKey: subjectId,
      start: at - (at % periodSeconds),
      periodSeconds,
    },
    {
      count: points.length,
      ids: entryIds,
      ...completion,
      series: { actions: actionsOf(correlation), where: conditionOf(correlation, subjectId) },
    },
    suppression,
  );
}

/** Of SQL, for the view `audit_logs`: which entries of the subject count. */
function conditionOf({ steps }: Correlation, subjectId: string): string {
  return steps
    .map(({ actions, by }) => {
      const names = actions.map(sqlText).join(", ");
      return `action IN (${names}) AND ${sqlIs(by.column, subjectId)}`;
    })
    .join(" OR ");
}

function keyOf({ name }: Pick<Stretch, "name">, start: number): string {
  return `${name}/${start}`;
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return results;
}
