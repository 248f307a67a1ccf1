import { inParallel } from "../in-parallel.ts";
import { type Alert, alertName, type FoundEntry, makeAlert, withContext } from "./alert.ts";
import { actionsOf, type Correlation, titleOf } from "./correlation.ts";
import { sqlIs, sqlText } from "./inspect.ts";
import { parseAgain } from "./parse-entry.ts";
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
import type { CorrelationSettings, LatestEntry, Stretch } from "./stretches.ts";
import type { Suppression } from "./suppressions.ts";

/** Subjects that are looked up at the same time. */
const CONCURRENCY = 16;

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
  settings: CorrelationSettings,
  forgetAfterSeconds: number,
): Promise<Alert[]> {
  await inParallel(stretches, CONCURRENCY, async (stretch) => {
    const { correlation, start, points } = stretch;
    const isMany = points.length > maxRelevantPoints(correlation);
    const texts = (isMany ? relevantPoints(correlation, points) : points).map(toText);
    // Entries of the stretch after this one look back at it.
    const lastNeeded = start + 2 * correlation.withinSeconds;
    await store.add(keyOf(stretch, start), new Set(texts), lastNeeded + forgetAfterSeconds);
  });
  const alerts = await inParallel(stretches, CONCURRENCY, async (stretch) => {
    const { correlation, start } = stretch;
    const next = start + correlation.withinSeconds;
    const [before = [], within = [], after = []] = await Promise.all(
      [start - correlation.withinSeconds, start, next].map(async (at) => {
        return Array.from(await store.read(keyOf(stretch, at)), parsePoint);
      }),
    );
    await forgetIrrelevant(stretch, within, store);
    return alertsOf(stretch, { before, within, after }, settings);
  });
  return onceEach(alerts.flat());
}

/**
 * The alerts that a stretch completes.
 *
 * @param points - all that are known of the subject: of the stretch before it, of itself, and of
 * the one after it
 */
export function alertsOf(
  stretch: Stretch,
  points: Record<"before" | "within" | "after", readonly Point[]>,
  settings: CorrelationSettings,
): Alert[] {
  const { correlation, start } = stretch;
  const { before, within, after } = points;
  const next = start + correlation.withinSeconds;
  const holding = (mark: string, time: number) => settings.suppressions?.holding(mark, time);
  return [
    { at: start, completions: findCompletions(correlation, before, within, holding) },
    { at: next, completions: findCompletions(correlation, within, after, holding) },
  ].flatMap(({ at, completions }) =>
    Array.from(completions, ([suppression, completion]) =>
      correlationAlert(stretch, at, completion, suppression, settings),
    ),
  );
}

/** Two stretches next to each other may complete the same alert. */
export function onceEach(alerts: readonly Alert[]): Alert[] {
  return [...new Map(alerts.map((alert) => [alertName(alert), alert])).values()];
}

/** Keeps the set of a stretch small: not on each occasion, only when it has grown. */
async function forgetIrrelevant(
  stretch: Stretch,
  points: readonly Point[],
  store: CorrelationStore,
): Promise<void> {
  const { correlation } = stretch;
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
  { correlation, subjectId, points, entryIds, latest }: Stretch,
  at: number,
  completion: Completion,
  suppression: Suppression | undefined,
  settings: CorrelationSettings,
): Alert {
  const periodSeconds = alertPeriod(correlation, settings.periodSeconds);
  const found = foundAgain(latest);
  const subjectName = correlation.steps[latest.step]?.by.name(found.entry) ?? subjectId;
  return makeAlert(
    correlation,
    withContext(found, settings.context),
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

function foundAgain({ source, objectKey, line: bytes }: LatestEntry): FoundEntry {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return { entry: parseAgain(line), source, objectKey, line };
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

/** The subject's id comes from Slack, of any length: its hash stands for it. */
function keyOf({ correlation, latest, subjectId }: Stretch, start: number): string {
  return `${correlation.id}/${latest.source}/${toValue(subjectId)}/${start}`;
}
