import type { AuditLogEntry } from "../slack/types.ts";
import { MAX_ENTRY_IDS } from "./alert.ts";
import { type Correlation, onlyStep } from "./correlation.ts";
import type { DetectorSettings } from "./detector.ts";
import { type Point, toRepeatedValue, toValue } from "./points.ts";
import type { RuleContext } from "./rule.ts";

/** What correlations depend on, besides their entries. */
export type CorrelationSettings = Pick<
  DetectorSettings,
  "periodSeconds" | "suppressions" | "context"
>;

/**
 * What an object adds to a correlation, for one subject and one stretch of time as long as
 * the correlation's window. Stretches are counted from the epoch.
 */
export interface Stretch {
  correlation: Correlation;
  subjectId: string;
  /** Epoch seconds. */
  start: number;
  points: Point[];
  /** Of the first entries, at most `MAX_ENTRY_IDS`. */
  entryIds: string[];
  latest: LatestEntry;
}

/** Where an object's entries are found. */
interface ObjectPlace {
  source: string;
  objectKey: string;
}

/** Where to find the latest entry: to keep it parsed costs more than to parse it again. */
export interface LatestEntry extends ObjectPlace {
  id: string;
  /** Epoch seconds. */
  time: number;
  /** The first step that it fits. */
  step: number;
  line: Uint8Array;
}

/** Takes the entries of one object, in any order. */
export class Stretches {
  readonly #settings: CorrelationSettings;
  readonly #place: ObjectPlace;
  readonly #ofCorrelations = new Map<Correlation, OfCorrelation>();

  constructor(settings: CorrelationSettings, place: ObjectPlace) {
    this.#settings = settings;
    this.#place = place;
  }

  /**
   * @param line - of the entry
   * @returns whether the entry counts
   * @throws whatever the correlation throws
   */
  add(correlation: Correlation, step: number, entry: AuditLogEntry, line: Uint8Array): boolean {
    const { context, suppressions } = this.#settings;
    const subjectId = correlation.steps[step]?.by.id(entry);
    if (subjectId === undefined) return false;
    const value = valueIn(correlation, entry, context);
    if (value === undefined) return false;
    const mark = suppressions?.markOf(correlation, this.#place.source, subjectId, entry) ?? "";
    const time = entry.date_create;
    const point = { step, time, value, mark };
    const start = time - (time % correlation.withinSeconds);
    const ofStart = this.#ofStart(correlation, start);
    const known = ofStart.bySubject.get(subjectId);
    if (known === undefined) {
      const { id } = entry;
      const latest = { ...this.#place, id, time, step, line };
      const stretch = { correlation, subjectId, start, points: [point], entryIds: [id], latest };
      ofStart.bySubject.set(subjectId, stretch);
      ofStart.all.push(stretch);
      return true;
    }
    known.points.push(point);
    if (known.entryIds.length < MAX_ENTRY_IDS) known.entryIds.push(entry.id);
    const { latest } = known;
    if (time > latest.time || (time === latest.time && entry.id > latest.id)) {
      latest.id = entry.id;
      latest.time = time;
      latest.step = step;
      latest.line = line;
    }
    return true;
  }

  #ofStart(correlation: Correlation, start: number): OfStart {
    let ofCorrelation = this.#ofCorrelations.get(correlation);
    if (ofCorrelation === undefined) {
      ofCorrelation = { all: [], byStart: new Map() };
      this.#ofCorrelations.set(correlation, ofCorrelation);
    }
    let bySubject = ofCorrelation.byStart.get(start);
    if (bySubject === undefined) {
      bySubject = new Map();
      ofCorrelation.byStart.set(start, bySubject);
    }
    return { all: ofCorrelation.all, bySubject };
  }

  /**
   * Correlation by correlation, in the order of their ids, which does not depend on entries that
   * lead to no alert; those of one in the order of their first entries.
   */
  values(): Stretch[] {
    return [...this.#ofCorrelations]
      .sort(([a], [b]) => (a.id < b.id ? -1 : 1))
      .flatMap(([, { all }]) => all);
  }
}

interface OfCorrelation {
  /** In the order of their first entries. */
  all: Stretch[];
  byStart: Map<number, Map<string, Stretch>>;
}

interface OfStart {
  all: Stretch[];
  bySubject: Map<string, Stretch>;
}

function valueIn(
  correlation: Correlation,
  entry: AuditLogEntry,
  context: RuleContext,
): string | undefined {
  const only = onlyStep(correlation);
  if (only?.distinct === undefined) return toValue(entry.id);
  const counted = only.distinct(entry, context);
  return counted === undefined ? undefined : toRepeatedValue(counted);
}
