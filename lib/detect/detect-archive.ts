import { decodeLines, decodeText } from "../archive/archive-object.ts";
import { objectsInRange } from "../archive/objects-in-range.ts";
import type { ArchiveStore } from "../ports.ts";
import { systemClock } from "../slack/clock.ts";
import { hourOf, nowSeconds, type TimeRange } from "../time.ts";
import { type Alert, alertName } from "./alert.ts";
import type { Detection } from "./correlation.ts";
import { CorrelationHistory } from "./correlation-history.ts";
import { Detector, type DetectorSettings } from "./detector.ts";
import { SUPPRESSION_EXPIRED } from "./expired-suppression.ts";
import type { EntryFinder, FoundEntries, FoundOfObject, StoredName } from "./ports.ts";
import { isAtLeast, type RuleDescription } from "./rule.ts";

const NEWLINE = 0x0a;

/** What a rule would have reported. */
interface RuleCount {
  rule: RuleDescription;
  /** Entries that it matches; of a correlation, those of objects that have a part in an alert. */
  matches: number;
  /** Alerts it would have raised: matches, once for each dedupe key and period. */
  alerts: number;
  /** Alerts that a suppression holds back, besides. */
  suppressed: number;
  /** Entries on which it threw. */
  failures: number;
}

export interface ArchiveFindings {
  objects: number;
  entries: number;
  /** Lines that are not an entry. */
  unreadable: number;
  /**
   * One for each rule that is on in a source that was read, with the highest severity that it has
   * in one; in the order of the rules, including those without a match. Last that of expired
   * suppressions, where some are given.
   */
  rules: RuleCount[];
}

/**
 * Run the rules over history: what they would have raised.
 *
 * Objects are read one at a time in the order of their keys, which is the order of
 * time within a source. Memory holds one object and the alert ids of the periods
 * that are still open, and what correlations remember of their windows, however long the
 * history is. A correlation knows nothing of entries before `from`.
 *
 * @param options.source - only entries of this source
 * @param options.finder - finds what rules need of objects, instead of all lines; the alerts stay the same
 * @param options.from - epoch seconds, included; older entries are skipped
 * @param options.until - epoch seconds, excluded; newer entries are skipped
 * @param options.onAlert - each alert, in order, also those that a suppression holds back; `entries` counts those of its first object
 * @param options.onObject - after each object that was read: the findings so far, and the time
 * of its newest entry, epoch seconds
 * @throws {ArchiveObjectError} when an object is damaged
 */
export async function detectArchive(
  store: Pick<ArchiveStore, "list" | "get">,
  settings: DetectorSettings,
  options: Partial<TimeRange> & {
    source?: string;
    finder?: EntryFinder | undefined;
    onAlert?: (alert: Alert) => void;
    onObject?: (findings: Omit<ArchiveFindings, "rules">, newest: number) => void;
  } = {},
): Promise<ArchiveFindings> {
  const { source, from = 0, until = Number.POSITIVE_INFINITY, onAlert, onObject } = options;
  const detector = new Detector(settings);
  const { rules, suppressions } = settings;
  const counts = new Map(
    [...rules, SUPPRESSION_EXPIRED].map(({ id }) => [
      id,
      { matches: 0, alerts: 0, suppressed: 0, failures: 0 },
    ]),
  );
  const sources = new Set<string>();
  const findings = { objects: 0, entries: 0, unreadable: 0 };
  const raised = new OpenPeriods();
  const correlations = new CorrelationHistory(settings);

  const examine = async ({ key, maxDateCreate }: StoredName, part: FoundOfObject | undefined) => {
    if (part === undefined) {
      return detector.detect(key, await decodeLines(key, await store.get(key)), { from, until });
    }
    // In one second entries are in an order that only the object tells, and alerts name the first.
    const wanted = hasSeveralInASecond(part.wanted)
      ? inOrderOf(await decodeText(key, await store.get(key)), part.wanted)
      : part.wanted;
    const unwanted = { entries: part.entries - wanted.length, latest: maxDateCreate };
    return detector.detect(key, linesOf(wanted), { from, until, unwanted });
  };
  const isWhole = ({ minDateCreate, maxDateCreate }: StoredName) =>
    minDateCreate >= from && maxDateCreate < until && maxDateCreate <= nowSeconds(systemClock);

  for await (const [object, entries] of objectsOf(store, detector, options)) {
    const part = isWhole(object) ? await entries?.of(object) : undefined;
    const hour = hourOf(object.minDateCreate);
    raised.moveTo(object.source, hour);
    correlations.moveTo(object.source, hour);
    const found = await examine(object, part);
    sources.add(object.source);
    findings.objects += 1;
    findings.entries += found.entries;
    findings.unreadable += found.unreadable.length;
    for (const alert of [...found.alerts, ...correlations.correlate(found.stretches)]) {
      const count = counts.get(alert.ruleId);
      if (count !== undefined) {
        count.matches += alert.entries;
        if (raised.isNew(alert)) {
          if (alert.suppression === undefined) count.alerts += 1;
          else count.suppressed += 1;
          onAlert?.(alert);
        }
      }
    }
    for (const [ruleId, { count: failures }] of found.failures) {
      const count = counts.get(ruleId);
      if (count !== undefined) {
        count.failures += failures;
      }
    }
    onObject?.(findings, object.maxDateCreate);
  }
  const ofSources = sources.size === 0 ? [source] : [...sources];
  const highest = highestOf(ofSources.flatMap((one) => detector.rulesOf(one)));
  const expired =
    suppressions === undefined || !detector.counts(SUPPRESSION_EXPIRED)
      ? []
      : [SUPPRESSION_EXPIRED];
  const reported = [...rules.flatMap(({ id }) => highest.get(id) ?? []), ...expired];
  return {
    ...findings,
    rules: reported.flatMap((rule) => {
      const count = counts.get(rule.id);
      return count === undefined ? [] : [{ rule, ...count }];
    }),
  };
}

/** Each object in the range, in the order of the keys, with what finds entries of its source. */
async function* objectsOf(
  store: Pick<ArchiveStore, "list">,
  detector: Detector,
  options: Partial<TimeRange> & { source?: string; finder?: EntryFinder | undefined },
): AsyncGenerator<[StoredName, FoundEntries | undefined]> {
  const objects: StoredName[] = [];
  for await (const object of objectsInRange(store, options.source, options)) objects.push(object);
  for (const [source, ofSource] of Map.groupBy(objects, ({ source }) => source)) {
    using entries = await options.finder?.find(source, ofSource, detector.demandOf(source));
    for (const object of ofSource) yield [object, entries];
  }
}

type Wanted = FoundOfObject["wanted"];

function linesOf(wanted: Wanted): Uint8Array[] {
  return wanted.map(({ line }) => line);
}

function hasSeveralInASecond(wanted: Wanted): boolean {
  return wanted.some(({ time }, index) => time === wanted[index + 1]?.time);
}

/**
 * Entries of an object in the order of its lines.
 *
 * @param text - all of its lines, by time
 */
function inOrderOf(text: Buffer, wanted: Wanted): Wanted {
  let from = 0;
  return [...Map.groupBy(wanted, ({ time }) => time).values()].flatMap((ofSecond) => {
    if (ofSecond.length === 1) return ofSecond;
    const placed = ofSecond.map((one) => ({ one, at: offsetOf(text, one.line, from) }));
    from = Math.min(...placed.map(({ at }) => at));
    return placed.toSorted((a, b) => a.at - b.at).map(({ one }) => one);
  });
}

function offsetOf(text: Buffer, line: Uint8Array, from: number): number {
  for (let at = text.indexOf(line, from); at >= 0; at = text.indexOf(line, at + 1)) {
    const isLine = (at === 0 || text[at - 1] === NEWLINE) && text[at + line.length] === NEWLINE;
    if (isLine) return at;
  }
  throw new Error("what was found of an object is not in it");
}

/** Each rule once, by its id, with the highest severity that it has. */
function highestOf(rules: readonly Detection[]): ReadonlyMap<string, Detection> {
  const highest = new Map<string, Detection>();
  for (const rule of rules) {
    const known = highest.get(rule.id);
    if (known === undefined || isAtLeast(rule.severity, known.severity)) highest.set(rule.id, rule);
  }
  return highest;
}

/** Ids of alerts that a later object can still repeat. */
class OpenPeriods {
  /** End of the period, epoch ms, by alert id. */
  readonly #ends = new Map<string, number>();
  #source = "";
  #hour = 0;

  /** Forget the alerts of periods that end before this hour, or of another source. */
  moveTo(source: string, hour: number): void {
    if (source === this.#source && hour === this.#hour) {
      return;
    }
    for (const [id, end] of this.#ends) {
      if (source !== this.#source || end <= hour * 1000) {
        this.#ends.delete(id);
      }
    }
    this.#source = source;
    this.#hour = hour;
  }

  isNew(alert: Alert): boolean {
    const name = alertName(alert);
    const isNew = !this.#ends.has(name);
    this.#ends.set(name, Date.parse(alert.period.end));
    return isNew;
  }
}
