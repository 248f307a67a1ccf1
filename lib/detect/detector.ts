import { parseObjectKey } from "../archive/object-key.ts";
import type { AuditLogEntry } from "../slack/types.ts";
import type { TimeRange } from "../time.ts";
import {
  type Alert,
  alertId,
  type FoundEntry,
  identityOf,
  MAX_ENTRY_IDS,
  makeAlert,
} from "./alert.ts";
import { type Stretch, Stretches } from "./correlate.ts";
import { type Correlation, type Detection, isCorrelation } from "./correlation.ts";
import type { MatchedEntries } from "./inspect.ts";
import { parseEntry } from "./parse-entry.ts";
import { type Rule, type RuleContext, ruleMatches } from "./rule.ts";

export interface DetectorSettings {
  /** The rules that are on. */
  rules: readonly Detection[];
  context: RuleContext;
  /** Length of the periods; in each, a dedupe key is one alert. Periods are counted from the epoch. */
  periodSeconds: number;
}

/** What the rules report about one object. */
export interface Findings {
  /** Each id once, in the order of the entries. */
  alerts: Alert[];
  /** What the entries add to correlations. */
  stretches: Stretch[];
  /** Entries that were examined. */
  entries: number;
  /** Pairs of an entry and a rule that matches it, correlations not counted. */
  matches: number;
  /** Lines that are not an entry, or that `onEntry` threw on: line number from 1, and why. */
  unreadable: { line: number; problem: string }[];
  /** Rules that threw, by id. */
  failures: Map<string, RuleFailure>;
}

/** A rule that threw on some entries: a bug in the rule. Other rules are not affected. */
interface RuleFailure {
  count: number;
  /** Id of the first entry on which it threw. */
  entryId: string;
  error: unknown;
}

/** A correlation, and the index of a step of it. */
interface StepOf {
  correlation: Correlation;
  step: number;
}

/** Runs every rule on every entry. Keeps no state between two calls. */
export class Detector {
  readonly #settings: DetectorSettings;
  readonly #rulesByAction: ReadonlyMap<string, readonly Rule[]>;
  readonly #stepsByAction: ReadonlyMap<string, readonly StepOf[]>;

  constructor(settings: DetectorSettings) {
    this.#settings = settings;
    const correlations = settings.rules.filter(isCorrelation);
    const rules = settings.rules.filter((rule): rule is Rule => !isCorrelation(rule));
    this.#rulesByAction = byAction(rules, ({ actions }) => actions);
    this.#stepsByAction = byAction(
      correlations.flatMap((correlation) =>
        correlation.steps.map((_, step): StepOf => ({ correlation, step })),
      ),
      ({ correlation, step }) => correlation.steps[step]?.actions ?? [],
    );
  }

  /** Seconds. */
  get periodSeconds(): number {
    return this.#settings.periodSeconds;
  }

  /**
   * @param lines - the object's lines, one entry each, UTF-8
   * @param options.from - epoch seconds, included; older entries are skipped
   * @param options.until - epoch seconds, excluded; newer entries are skipped
   * @param options.onEntry - sees every entry that is looked at; one on which it throws
   *   is counted as unreadable
   * @throws {RangeError} when `objectKey` does not name an object of audit logs
   */
  detect(
    objectKey: string,
    lines: Iterable<Uint8Array>,
    options: Partial<TimeRange> & { onEntry?: (entry: AuditLogEntry) => void } = {},
  ): Findings {
    const name = parseObjectKey(objectKey);
    if (name === undefined) {
      throw new RangeError(`${objectKey} is not the key of an object of audit logs`);
    }
    const { from = 0, until = Number.POSITIVE_INFINITY, onEntry } = options;
    const findings: Findings = {
      alerts: [],
      stretches: [],
      entries: 0,
      matches: 0,
      unreadable: [],
      failures: new Map(),
    };
    const groups = new Map<string, MatchGroup>();
    const stretches = new Stretches();
    let lineNumber = 0;
    for (const bytes of lines) {
      lineNumber += 1;
      const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
      const entry = parseEntry(line);
      if (typeof entry === "string") {
        findings.unreadable.push({ line: lineNumber, problem: entry });
        continue;
      }
      if (entry.date_create < from || entry.date_create >= until) {
        continue;
      }
      findings.entries += 1;
      const found = { entry, source: name.source, objectKey, line };
      this.#correlate(found, stretches, findings.failures);
      for (const rule of this.#rulesByAction.get(entry.action) ?? []) {
        try {
          if (!ruleMatches(rule, entry, this.#settings.context)) {
            continue;
          }
          addMatch(groups, rule, found, this.#settings.periodSeconds);
          findings.matches += 1;
        } catch (error) {
          noteFailure(findings.failures, rule.id, entry.id, error);
        }
      }
      try {
        onEntry?.(entry);
      } catch (error) {
        // One odd entry must not take the alerts of all the others with it.
        findings.unreadable.push({ line: lineNumber, problem: `not examined: ${error}` });
      }
    }
    findings.alerts = Array.from(groups.values(), ({ rule, found, of, entries }) =>
      makeAlert(rule, found, of, entries),
    );
    findings.stretches = stretches.values();
    return findings;
  }

  #correlate(found: FoundEntry, stretches: Stretches, failures: Findings["failures"]): void {
    const counted = new Set<Correlation>();
    for (const { correlation, step } of this.#stepsByAction.get(found.entry.action) ?? []) {
      if (counted.has(correlation)) continue;
      try {
        const matches = correlation.steps[step]?.matches?.(found.entry, this.#settings.context);
        if ((matches ?? true) && stretches.add(correlation, step, found)) counted.add(correlation);
      } catch (error) {
        noteFailure(failures, correlation.id, found.entry.id, error);
      }
    }
  }
}

/** The entries of an object that are one alert, which shows the first. */
interface MatchGroup {
  rule: Rule;
  found: FoundEntry;
  of: Parameters<typeof makeAlert>[2];
  entries: MatchedEntries;
}

/** @throws whatever the rule throws */
function addMatch(
  groups: Map<string, MatchGroup>,
  rule: Rule,
  found: FoundEntry,
  periodSeconds: number,
): void {
  const { id, date_create: time } = found.entry;
  const identity = identityOf(rule, found, periodSeconds);
  const key = alertId(rule.id, found.source, identity);
  const known = groups.get(key);
  if (known === undefined) {
    const of = { ...identity, title: rule.alertTitle(found.entry), periodSeconds };
    const entries = { count: 1, ids: [id], first: time, last: time };
    groups.set(key, { rule, found, of, entries });
    return;
  }
  const { entries } = known;
  entries.count += 1;
  if (entries.ids.length < MAX_ENTRY_IDS) entries.ids.push(id);
  entries.first = Math.min(entries.first, time);
  entries.last = Math.max(entries.last, time);
}

function byAction<T>(
  items: readonly T[],
  actionsOf: (item: T) => readonly string[],
): ReadonlyMap<string, readonly T[]> {
  const pairs = items.flatMap((item) => actionsOf(item).map((action) => ({ action, item })));
  return new Map(
    [...Map.groupBy(pairs, ({ action }) => action)].map(([action, group]) => [
      action,
      group.map(({ item }) => item),
    ]),
  );
}

function noteFailure(
  failures: Map<string, RuleFailure>,
  ruleId: string,
  entryId: string,
  error: unknown,
): void {
  const known = failures.get(ruleId);
  if (known === undefined) {
    failures.set(ruleId, { count: 1, entryId, error });
  } else {
    known.count += 1;
  }
}
