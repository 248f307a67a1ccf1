import type { Alert } from "./alert.ts";
import { alertsOf, type CorrelationSettings, onceEach, type Stretch } from "./correlate.ts";
import type { Correlation } from "./correlation.ts";
import { maxRelevantPoints, type Point, relevantPoints } from "./points.ts";

/** What is known of a subject in one stretch. */
interface Known {
  /** Epoch seconds. */
  start: number;
  points: readonly Point[];
  /** One bit for each step that has a point. */
  steps: number;
}

const NOTHING: Omit<Known, "start"> = { points: [], steps: 0 };

/**
 * Adds stretches to what is known, as `correlate` does with a store; for history, which comes
 * source by source in the order of time. So memory holds the windows that are open.
 */
export class CorrelationHistory {
  readonly #settings: CorrelationSettings;
  /** By the id of the subject. */
  readonly #known = new Map<Correlation, Map<string, Known[]>>();
  #source = "";
  #hour = 0;

  constructor(settings: CorrelationSettings) {
    this.#settings = settings;
  }

  /** Forget what no entry of this source from this hour on, epoch seconds, looks back at. */
  moveTo(source: string, hour: number): void {
    if (source !== this.#source) this.#known.clear();
    else if (hour === this.#hour) return;
    this.#source = source;
    this.#hour = hour;
    for (const [{ withinSeconds }, subjects] of this.#known) {
      // Entries of the stretch after one look back at it.
      const isOpen = ({ start }: Known) => start + 2 * withinSeconds > hour;
      for (const [id, known] of subjects) {
        if (known.every(isOpen)) continue;
        const open = known.filter(isOpen);
        if (open.length === 0) subjects.delete(id);
        else subjects.set(id, open);
      }
    }
  }

  /** @param stretches - of one object */
  correlate(stretches: readonly Stretch[]): Alert[] {
    for (const stretch of stretches) this.#add(stretch);
    return onceEach(stretches.flatMap((stretch) => this.#alertsOf(stretch)));
  }

  #alertsOf(stretch: Stretch): Alert[] {
    const { start, correlation } = stretch;
    const known = this.#ofSubject(stretch);
    const at = (start: number) => known.find((other) => other.start === start) ?? NOTHING;
    const before = at(start - correlation.withinSeconds);
    const within = at(start);
    const after = at(start + correlation.withinSeconds);
    // Most subjects never have all of a sequence.
    const allSteps = 2 ** correlation.steps.length - 1;
    if ((before.steps | within.steps | after.steps) !== allSteps) return [];
    const points = { before: before.points, within: within.points, after: after.points };
    return alertsOf(stretch, points, this.#settings);
  }

  #ofSubject({ correlation, subjectId }: Stretch): Known[] {
    let subjects = this.#known.get(correlation);
    if (subjects === undefined) {
      subjects = new Map();
      this.#known.set(correlation, subjects);
    }
    let known = subjects.get(subjectId);
    if (known === undefined) {
      known = [];
      subjects.set(subjectId, known);
    }
    return known;
  }

  #add(stretch: Stretch): void {
    const { correlation, start, points } = stretch;
    const steps = points.reduce((bits, { step }) => bits | (1 << step), 0);
    const ofSubject = this.#ofSubject(stretch);
    const known = ofSubject.find((other) => other.start === start);
    if (known === undefined) {
      ofSubject.push({ start, points: relevant(correlation, points), steps });
      return;
    }
    known.points = relevant(correlation, [...known.points, ...points]);
    known.steps |= steps;
  }
}

/** Keeps the points of a stretch few: not on each occasion, only when there are many. */
function relevant(correlation: Correlation, points: readonly Point[]): readonly Point[] {
  return points.length > maxRelevantPoints(correlation)
    ? relevantPoints(correlation, points)
    : points;
}
