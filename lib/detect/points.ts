import { hash } from "node:crypto";
import type { Correlation, Step } from "./correlation.ts";

/** An entry that counts for a step, as far as it must be remembered. */
export interface Point {
  /** Index of the step. */
  step: number;
  /** Epoch seconds. */
  time: number;
  /** What is counted: hash of the entry's id, or of what it names. */
  value: string;
}

/** A point as the stores hold it: `<step> <time> <value>`. */
export function toText({ step, time, value }: Point): string {
  return `${step} ${time} ${value}`;
}

export function parsePoint(text: string): Point {
  const [step, time, value = ""] = text.split(" ");
  return { step: Number(step), time: Number(time), value };
}

/** 72 bits: two of a thousand values are the same with a probability of 10^-16. */
export function toValue(counted: string): string {
  return hash("sha256", counted, "base64url").slice(0, 12);
}

/**
 * How many entries of each step of a sequence are kept at both ends of a stretch, at least.
 * More of a kind, of one subject, within one window are not expected.
 */
const KEPT_OF_SEQUENCE = 100;

/**
 * The points of a stretch that can still matter, whatever is added to them: of each step the
 * values that appear first, where they first appear, and those that appear last, where they
 * last appear.
 *
 * A stretch is as long as the window. So as many values as the step asks for are enough:
 * when a stretch has them, its own points complete the window at the last of them; when it
 * has fewer, all are kept, and of the stretch before only the last ones can be near enough.
 *
 * A point that is left out of a set is left out of every larger one. So stores may forget it
 * at any time, while others add to the set.
 */
export function relevantPoints(correlation: Correlation, points: readonly Point[]): Point[] {
  const relevant = new Set<Point>();
  for (const [index, step] of correlation.steps.entries()) {
    const kept = keptOf(correlation, step);
    const firsts = new Map<string, Point>();
    const lasts = new Map<string, Point>();
    for (const point of points) {
      if (point.step !== index) continue;
      const { value, time } = point;
      if (time < (firsts.get(value)?.time ?? Number.POSITIVE_INFINITY)) firsts.set(value, point);
      if (time > (lasts.get(value)?.time ?? Number.NEGATIVE_INFINITY)) lasts.set(value, point);
    }
    for (const point of [...firsts.values()].sort(compare).slice(0, kept)) relevant.add(point);
    for (const point of [...lasts.values()].sort(compare).slice(-kept)) relevant.add(point);
  }
  return [...relevant];
}

/** The most points that are relevant. */
export function maxRelevantPoints(correlation: Correlation): number {
  return correlation.steps.reduce((sum, step) => sum + 2 * keptOf(correlation, step), 0);
}

function keptOf({ steps }: Correlation, { atLeast = 1 }: Step): number {
  return steps.length === 1 ? atLeast : Math.max(atLeast, KEPT_OF_SEQUENCE);
}

function compare(a: Point, b: Point): number {
  return a.time - b.time || (a.value < b.value ? -1 : 1);
}

/** The entries that complete a correlation, epoch seconds: of the first and of the last. */
export interface Completion {
  first: number;
  last: number;
}

/**
 * The earliest completion whose last entry is in a stretch.
 *
 * @param before - points of the stretch before it
 * @param within - points of the stretch
 */
export function findCompletion(
  { steps, withinSeconds }: Correlation,
  before: readonly Point[],
  within: readonly Point[],
): Completion | undefined {
  if (!hasEnough(steps, before, within)) return undefined;
  const points = [...before, ...within].sort(compare);
  const values = steps.map(() => new Set<string>());
  for (const { step, value } of points) values[step]?.add(value);
  if (steps.some(({ atLeast = 1 }, index) => (values[index]?.size ?? 0) < atLeast)) {
    return undefined;
  }
  const ends = within.filter(({ step }) => step === steps.length - 1).map(({ time }) => time);
  for (const end of [...new Set(ends)].sort((a, b) => a - b)) {
    const window = points.filter(({ time }) => time > end - withinSeconds && time <= end);
    if (areTaken(steps, window)) {
      const first = window.find(({ step }) => step === 0)?.time ?? end;
      return { first, last: end };
    }
  }
  return undefined;
}

/** Whether there are as many points of each step, whatever they say. Most subjects never have them. */
function hasEnough(steps: Correlation["steps"], ...stretches: (readonly Point[])[]): boolean {
  return steps.every(({ atLeast = 1 }, index) => {
    let rest = atLeast;
    return stretches.some((points) =>
      points.some(({ step }) => {
        if (step === index) rest -= 1;
        return rest === 0;
      }),
    );
  });
}

/** Whether all steps can be taken one after the other, each as early as it can be. */
function areTaken(steps: Correlation["steps"], window: readonly Point[]): boolean {
  let from = Number.NEGATIVE_INFINITY;
  return steps.every(({ atLeast = 1 }, index) => {
    const values = new Set<string>();
    const completing = window.find(
      ({ step, time, value }) =>
        step === index && time >= from && values.add(value).size === atLeast,
    );
    from = completing?.time ?? from;
    return completing !== undefined;
  });
}
