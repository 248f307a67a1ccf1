import { hash } from "node:crypto";
import { SECONDS_PER_DAY } from "../time.ts";
import type { Correlation, Step } from "./correlation.ts";

/** An entry that counts for a step, as far as it must be remembered. */
export interface Point {
  /** Index of the step. */
  step: number;
  /** Epoch seconds. */
  time: number;
  /** What is counted: hash of the entry's id, or of what it names. */
  value: string;
  /** Mark of the suppression that fits the entry; empty when none does. */
  mark: string;
}

/** A point as the stores hold it: `<step> <time> <value>`, and the mark when there is one. */
export function toText({ step, time, value, mark }: Point): string {
  return `${step} ${time} ${value}${mark === "" ? "" : ` ${mark}`}`;
}

export function parsePoint(text: string): Point {
  const [step, time, value = "", mark = ""] = text.split(" ");
  return { step: Number(step), time: Number(time), value, mark };
}

/** 72 bits: two of a thousand values are the same with a probability of 10^-16. */
export function toValue(counted: string): string {
  return hash("sha256", counted, "base64url").slice(0, 12);
}

/** Values that are kept: what entries name is often the same, such as a country. */
const MAX_REMEMBERED = 10_000;
const remembered = new Map<string, string>();

/** The same for texts that come again and again. */
export function toRepeatedValue(counted: string): string {
  const known = remembered.get(counted);
  if (known !== undefined) return known;
  const value = toValue(counted);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(counted, value);
  return value;
}

/**
 * How many entries of each step of a sequence are kept at both ends of a stretch, at least.
 * More of a kind, of one subject, within one window are not expected.
 */
const KEPT_OF_SEQUENCE = 100;

/**
 * The points of a stretch that can still matter, whatever is added to them: of each step the
 * values that appear first, where they first appear, and those that appear last, where they
 * last appear; and the first and the last of each suppression.
 *
 * A stretch is as long as the window. So as many values as the step asks for are enough:
 * when a stretch has them, its own points complete the window at the last of them; when it
 * has fewer, all are kept, and of the stretch before only the last ones can be near enough.
 *
 * A stretch over midnight counts as two, since suppressions expire there: what completes
 * before and what completes after are different alerts.
 *
 * A point that is left out of a set is left out of every larger one. So stores may forget it
 * at any time, while others add to the set.
 */
export function relevantPoints(correlation: Correlation, points: readonly Point[]): Point[] {
  const relevant = new Set<Point>();
  const sorted = [...points].sort(compare);
  for (const [index, step] of correlation.steps.entries()) {
    const ofStep = sorted.filter((point) => point.step === index);
    for (const ofDay of Map.groupBy(ofStep, dayOfPoint).values()) {
      for (const point of ends(ofDay, keptOf(correlation, step))) relevant.add(point);
      for (const ofMark of Map.groupBy(ofDay, ({ mark }) => mark).values()) {
        for (const point of ends(ofMark, 1)) relevant.add(point);
      }
    }
  }
  return [...relevant];
}

function dayOfPoint({ time }: Point): number {
  return Math.floor(time / SECONDS_PER_DAY);
}

/**
 * @param points - sorted
 * @param count - of values, at both ends
 */
function ends(points: readonly Point[], count: number): Point[] {
  const firstOf = (sorted: readonly Point[]) => {
    const firsts = new Map<string, Point>();
    for (const point of sorted) {
      if (firsts.size === count) break;
      if (!firsts.has(point.value)) firsts.set(point.value, point);
    }
    return [...firsts.values()];
  };
  return [...firstOf(points), ...firstOf(points.toReversed())];
}

/** The most points that are relevant, of one day and without suppressions. */
export function maxRelevantPoints(correlation: Correlation): number {
  return correlation.steps.reduce((sum, step) => sum + 2 * keptOf(correlation, step), 0);
}

function keptOf({ steps }: Correlation, { atLeast = 1 }: Step): number {
  return steps.length === 1 ? atLeast : Math.max(atLeast, KEPT_OF_SEQUENCE);
}

function compare(a: Point, b: Point): number {
  return a.time - b.time || compareTexts(a.value, b.value) || compareTexts(a.mark, b.mark);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The entries that complete a correlation, epoch seconds: of the first and of the last. */
export interface Completion {
  first: number;
  last: number;
}

/**
 * The earliest completions whose last entry is in a stretch: one for each suppression that
 * holds for an entry of a window that is complete, and one when an entry has none.
 *
 * @param before - points of the stretch before it
 * @param within - points of the stretch
 * @param holding - the suppression with a mark, when it still holds at a time (epoch seconds)
 */
export function findCompletions<Held extends object>(
  { steps, withinSeconds }: Correlation,
  before: readonly Point[],
  within: readonly Point[],
  holding: (mark: string, time: number) => Held | undefined,
): Map<Held | undefined, Completion> {
  const completions = new Map<Held | undefined, Completion>();
  if (!hasEnough(steps, before, within)) return completions;
  const points = [...before, ...within].sort(compare);
  const isSuppressed = points.some(({ mark }) => mark !== "");
  const ends = within.filter(({ step }) => step === steps.length - 1).map(({ time }) => time);
  for (const end of [...new Set(ends)].sort((a, b) => a - b)) {
    const window = points.filter(({ time }) => time > end - withinSeconds && time <= end);
    if (!areTaken(steps, window)) continue;
    const first = window.find(({ step }) => step === 0)?.time ?? end;
    for (const mark of new Set(window.map((point) => point.mark))) {
      const held = holding(mark, end);
      if (!completions.has(held)) completions.set(held, { first, last: end });
    }
    if (!isSuppressed) break;
  }
  return completions;
}

/** Whether there are as many values of each step, whenever they are. Most subjects never have them. */
function hasEnough(steps: Correlation["steps"], ...stretches: (readonly Point[])[]): boolean {
  return steps.every(({ atLeast = 1 }, index) => {
    const values = new Set<string>();
    return stretches.some((points) =>
      points.some(({ step, value }) => step === index && values.add(value).size === atLeast),
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
