import { parseObjectKey } from "../archive/object-key.ts";
import { systemClock } from "../slack/clock.ts";
import type { AuditLogEntry } from "../slack/types.ts";
import { nowSeconds, type TimeRange } from "../time.ts";
import {
  type Alert,
  alertId,
  type FoundEntry,
  identityOf,
  MAX_ENTRY_IDS,
  makeAlert,
  textOf,
  withContext,
} from "./alert.ts";
import { configureRules, type RuleOverrides } from "./configure.ts";
import type { Detection } from "./correlation.ts";
import { demandOf } from "./demand.ts";
import { EntryLine, wholeEntry } from "./entry-line.ts";
import { expiredAlert, SUPPRESSION_EXPIRED } from "./expired-suppression.ts";
import type { MatchedEntries } from "./inspect.ts";
import { parseEntry, readHead } from "./parse-entry.ts";
import type { Demand } from "./ports.ts";
import {
  isAtLeast,
  type Rule,
  type RuleContext,
  type RuleDescription,
  ruleMatches,
  type Severity,
} from "./rule.ts";
import { isAsked, type RulesByAction, toRulesByAction } from "./rules-by-action.ts";
import { type Stretch, Stretches } from "./stretches.ts";
import type { Suppression, Suppressions } from "./suppressions.ts";

export interface DetectorSettings {
  /** The rules that are on. */
  rules: readonly Detection[];
  /** What is different from the rules' own settings. */
  overrides?: RuleOverrides;
  /** Of the alerts that count, as configured; absent: all do. */
  leastSeverity?: Severity;
  suppressions?: Suppressions;
  context: RuleContext;
  /** Length of the periods; in each, a dedupe key is one alert. Periods are counted from the epoch. */
  periodSeconds: number;
}

/** What the rules report about one object. */
export interface Findings {
  /**
   * Each id once, and once more for each suppression that holds for entries of it; in the
   * order of the entries.
   */
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

/** A rule that threw on some entries, or gave nonsense: a bug in the rule. Other rules are not affected. */
interface RuleFailure {
  count: number;
  /** Id of the first entry on which it threw. */
  entryId: string;
  error: unknown;
}

const NONE_UNWANTED = { entries: 0, latest: Number.NEGATIVE_INFINITY };

/** Runs every rule on every entry. Keeps no state between two calls. */
export class Detector {
  readonly settings: DetectorSettings;
  readonly #bySource = new Map<string, RulesByAction>();

  constructor(settings: DetectorSettings) {
    this.settings = settings;
  }

  /** The rules that are on for a source, as it configures them; absent: as no source alone does. */
  rulesOf(source?: string): readonly Detection[] {
    const { rules, overrides = {} } = this.settings;
    return configureRules(overrides, rules, source).filter((rule) => this.counts(rule));
  }

  /** Whether alerts of this severity are asked for. */
  counts({ severity }: RuleDescription): boolean {
    const { leastSeverity } = this.settings;
    return leastSeverity === undefined || isAtLeast(severity, leastSeverity);
  }

  /** Which entries of a source its rules need. */
  demandOf(source: string): Demand {
    return demandOf(this.#matchingRulesOf(source), this.settings.context);
  }

  #matchingRulesOf(source: string): readonly Detection[] {
    return this.rulesOf(source).filter((rule) => canMatch(rule, this.settings.context));
  }

  #byActionOf(source: string): RulesByAction {
    const known = this.#bySource.get(source);
    if (known !== undefined) return known;
    const byActions = toRulesByAction(this.#matchingRulesOf(source));
    this.#bySource.set(source, byActions);
    return byActions;
  }

  /**
   * @param lines - the object's lines, one entry each, UTF-8
   * @param options.from - epoch seconds, included; older entries are skipped
   * @param options.until - epoch seconds, excluded; newer entries are skipped
   * @param options.now - epoch seconds: entries after it do not show that a suppression has expired
   * @param options.unwanted - entries of the object that are not among the lines, as no rule needs them
   * @param options.onEntry - sees every entry that is looked at; one on which it throws
   *   is counted as unreadable
   * @throws {RangeError} when `objectKey` does not name an object of audit logs
   */
  detect(
    objectKey: string,
    lines: Iterable<Uint8Array>,
    options: Partial<TimeRange> & {
      now?: number;
      unwanted?: { entries: number; latest: number };
      onEntry?: (entry: AuditLogEntry) => void;
    } = {},
  ): Findings {
    const name = parseObjectKey(objectKey);
    if (name === undefined) {
      throw new RangeError(`${objectKey} is not the key of an object of audit logs`);
    }
    const { from = 0, until = Number.POSITIVE_INFINITY, onEntry } = options;
    const { now = nowSeconds(systemClock), unwanted = NONE_UNWANTED } = options;
    const findings: Findings = {
      alerts: [],
      stretches: [],
      entries: unwanted.entries,
      matches: 0,
      unreadable: [],
      failures: new Map(),
    };
    const groups = new Map<string, MatchGroup>();
    const stretches = new Stretches(this.settings, { source: name.source, objectKey });
    const ofSource = this.#byActionOf(name.source);
    let latest = unwanted.latest;
    let lineNumber = 0;
    for (const bytes of lines) {
      lineNumber += 1;
      const text = Buffer.isBuffer(bytes)
        ? bytes
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const head = onEntry === undefined ? readHead(text) : undefined;
      if (head !== undefined && !isAsked(ofSource, head.action)) {
        if (head.dateCreate < from || head.dateCreate >= until) continue;
        findings.entries += 1;
        if (head.dateCreate <= now) latest = Math.max(latest, head.dateCreate);
        continue;
      }
      const entry = (head && EntryLine.read(text, head)) ?? parseEntry(text.toString());
      if (typeof entry === "string") {
        findings.unreadable.push({ line: lineNumber, problem: entry });
        continue;
      }
      if (entry.date_create < from || entry.date_create >= until) {
        continue;
      }
      findings.entries += 1;
      if (entry.date_create <= now) latest = Math.max(latest, entry.date_create);
      this.#correlate(ofSource, entry, text, stretches, findings.failures);
      for (const rule of ofSource.rules.get(entry.action) ?? []) {
        try {
          if (!ruleMatches(rule, entry, this.settings.context)) {
            continue;
          }
          const line = text.toString();
          const found = { entry: wholeEntry(entry), source: name.source, objectKey, line };
          addMatch(groups, rule, found, this.settings);
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
    for (const { rule, found, of, entries, suppression } of groups.values()) {
      try {
        const shown = withContext(found, this.settings.context);
        findings.alerts.push(makeAlert(rule, shown, of, entries, suppression));
      } catch (error) {
        noteFailure(findings.failures, rule.id, found.entry.id, error);
      }
    }
    for (const suppression of this.settings.suppressions?.expired(name.source, latest) ?? []) {
      const rule = this.settings.rules.find(({ id }) => id === suppression.rule);
      const found = { source: name.source, objectKey, latest };
      if (rule !== undefined && this.counts(SUPPRESSION_EXPIRED)) {
        findings.alerts.push(expiredAlert(suppression, rule, found));
      }
    }
    findings.stretches = stretches.values();
    return findings;
  }

  #correlate(
    { correlations }: RulesByAction,
    entry: AuditLogEntry,
    line: Buffer,
    stretches: Stretches,
    failures: Findings["failures"],
  ): void {
    for (const { correlation, steps } of correlations.get(entry.action) ?? []) {
      for (const step of steps) {
        try {
          const matches = correlation.steps[step]?.matches?.(entry, this.settings.context) ?? true;
          if (matches && stretches.add(correlation, step, entry, line)) break;
        } catch (error) {
          noteFailure(failures, correlation.id, entry.id, error);
        }
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
  suppression: Suppression | undefined;
}

/** @throws whatever the rule throws */
function addMatch(
  groups: Map<string, MatchGroup>,
  rule: Rule,
  found: FoundEntry,
  { periodSeconds, suppressions }: DetectorSettings,
): void {
  const { id, date_create: time } = found.entry;
  const identity = identityOf(rule, found, periodSeconds);
  const suppression = suppressions?.ofEntry(rule.id, found.source, found.entry);
  // Entries that are suppressed must not hide others that are not.
  const key = `${alertId(rule.id, found.source, identity)} ${JSON.stringify(suppression)}`;
  const known = groups.get(key);
  if (known === undefined) {
    const title = textOf(rule, "alertTitle", found.entry);
    const of = { ...identity, title, periodSeconds };
    const entries = { count: 1, ids: [id], first: time, last: time };
    groups.set(key, { rule, found, of, entries, suppression });
    return;
  }
  const { entries } = known;
  entries.count += 1;
  if (entries.ids.length < MAX_ENTRY_IDS) entries.ids.push(id);
  entries.first = Math.min(entries.first, time);
  entries.last = Math.max(entries.last, time);
}

/** Whether what it needs to know is known. */
function canMatch({ needs }: Detection, context: RuleContext): boolean {
  return needs === undefined || context[needs] !== undefined;
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
