import type { Alert } from "./alert.ts";
import { alertsOf, onceEach } from "./correlate.ts";
import type { Correlation } from "./correlation.ts";
import { maxRelevantPoints, type Point, relevantPoints } from "./points.ts";
import type { CorrelationSettings, Stretch } from "./stretches.ts";

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
    const known = stretches.map((stretch) => this.#add(stretch));
    return onceEach(
      stretches.flatMap((stretch, index) => this.#alertsOf(stretch, known[index] ?? [])),
    );
  }

  /** @param known - of its subject */
  #alertsOf(stretch: Stretch, known: readonly Known[]): Alert[] {
    const { start, correlation } = stretch;
    const before = knownAt(known, start - correlation.withinSeconds);
    const within = knownAt(known, start);
    const after = knownAt(known, start + correlation.withinSeconds);
    // Most subjects never have all of a sequence.
    const allSteps = 2 ** correlation.steps.length - 1;
    if ((before.steps | within.steps | after.steps) !== allSteps) return [];
    const points = { before: before.points, within: within.points, after: after.points };
    return alertsOf(stretch, points, this.#settings);
  }

  /** @returns all that is known of its subject then */
  #add(stretch: Stretch): readonly Known[] {
    const { correlation, subjectId, start, points } = stretch;
    let subjects = this.#known.get(correlation);
    if (subjects === undefined) {
      subjects = new Map();
      this.#known.set(correlation, subjects);
    }
    let steps = 0;
    for (const { step } of points) steps |= 1 << step;
    const ofSubject = subjects.get(subjectId);
    if (ofSubject === undefined) {
      const first = [{ start, points: relevant(correlation, points), steps }];
      subjects.set(subjectId, first);
      return first;
    }
    const known = ofSubject.find((other) => other.start === start);
    if (known === undefined) {
      ofSubject.push({ start, points: relevant(correlation, points), steps });
      return ofSubject;
    }
    known.points = relevant(correlation, [...known.points, ...points]);
    known.steps |= steps;
    return ofSubject;
  }
}

function knownAt(known: readonly Known[], start: number): Omit<Known, "start"> {
  for (const one of known) {
    if (one.start === start) return one;
  }
  return NOTHING;
}

/** Keeps the points of a stretch few: not on each occasion, only when there are many. */
function relevant(correlation: Correlation, points: readonly Point[]): readonly Point[] {
  return points.length > maxRelevantPoints(correlation)
    ? relevantPoints(correlation, points)
    : points;
}
