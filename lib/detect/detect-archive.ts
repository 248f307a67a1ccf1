import { decodeLines } from "../archive/archive-object.ts";
import { PREFIXES, parseObjectKey, sourcePrefix } from "../archive/object-key.ts";
import type { ArchiveStore } from "../ports.ts";
import { hourOf, type TimeRange } from "../time.ts";
import { type Alert, alertName } from "./alert.ts";
import type { Detection } from "./correlation.ts";
import { CorrelationHistory } from "./correlation-history.ts";
import { Detector, type DetectorSettings } from "./detector.ts";
import { SUPPRESSION_EXPIRED } from "./expired-suppression.ts";
import { isAtLeast, type RuleDescription } from "./rule.ts";

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

  for await (const { key } of store.list(sourcePrefix(PREFIXES.auditLogs, source))) {
    const name = parseObjectKey(key);
    if (name === undefined || name.maxDateCreate < from || name.minDateCreate >= until) {
      continue;
    }
    const lines = await decodeLines(key, await store.get(key));
    const found = detector.detect(key, lines, { from, until });
    sources.add(name.source);
    findings.objects += 1;
    findings.entries += found.entries;
    findings.unreadable += found.unreadable.length;
    const hour = hourOf(name.minDateCreate);
    raised.moveTo(name.source, hour);
    correlations.moveTo(name.source, hour);
    const correlated = correlations.correlate(found.stretches);
    for (const alert of [...found.alerts, ...correlated]) {
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
    onObject?.(findings, name.maxDateCreate);
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
