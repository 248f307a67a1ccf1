import type { AuditLogEntry } from "../slack/types.ts";
import type { AddressContext } from "./context/address-context.ts";
import type { StaffList } from "./context/staff-list.ts";
import type { DecidingColumn } from "./deciding-column.ts";
import type { TechniqueId } from "./techniques.ts";

/** From least to most urgent. */
export const SEVERITIES = ["info", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

/** What a rule may know beyond the entry. */
export interface RuleContext {
  /** Ids of the Slack apps whose tokens fill this archive. */
  ownAppIds: readonly string[];
  /** Ids of the people who installed them. */
  ownInstallerIds: readonly string[];
  /** What local files say of addresses; absent: there are none. */
  addresses?: AddressContext;
  /** The people of a staff list; absent: there is none. */
  staff?: StaffList;
}

/** What people are told of a rule, whether it looks at one entry or at several. */
export interface RuleDescription {
  /** Stable, because configuration and subscriptions name it. Also the name of the file. */
  readonly id: string;
  readonly title: string;
  /** Unless the configuration sets another. */
  readonly severity: Severity;
  /** Why it matters, and what to look at first. One or two sentences. */
  readonly reason: string;
  /** What to check next, in this order, each a sentence. Every rule of ours has some. */
  readonly checks?: readonly string[];
  /** Harmless things that raise it too, each a sentence or a list. Every rule of ours has some. */
  readonly falsePositives?: readonly string[];
  /** The saved query that shows what happened around it (docs/reference/queries.md). */
  readonly query?: string;
  readonly techniques: readonly TechniqueId[];
  /** Without it, nothing matches. */
  readonly needs?: "addresses";
  /** Where Slack describes it. */
  readonly reference: string;
}

/**
 * A reason to alert someone about one entry. What several entries say together is a
 * correlation (`correlation.ts`), or a saved query (docs/reference/queries.md).
 *
 * Entries come as Slack sent them: any field may be absent or of another type.
 * Rules therefore read them through `entry-fields.ts`.
 */
export interface Rule extends RuleDescription {
  /** Only entries with these actions are examined. */
  readonly actions: readonly string[];
  /** All that `matches` reads of an entry; absent: it may read anything. */
  readonly decidedBy?: DecidingColumn;
  /** Absent: every entry of `actions` matches. */
  matches?(entry: AuditLogEntry, context: RuleContext): boolean;
  /** One line for a person. */
  alertTitle(entry: AuditLogEntry): string;
  /** Entries with the same key in one period are one alert. */
  dedupeKey(entry: AuditLogEntry): string;
  readonly examples: {
    readonly match: readonly Example[];
    /** Entries that it leaves out; the reference lists them. */
    readonly ignore: readonly Omission[];
  };
}

/** A test case of a rule. */
interface Example {
  readonly name: string;
  readonly entry: AuditLogEntry;
  /** Absent: nothing is configured. */
  readonly context?: RuleContext;
}

/** Entries that a rule leaves out: one of them, and why. */
interface Omission extends Example {
  /** Goes on after the name of the entries: `the app can do less`. */
  readonly because: string;
}

export const NO_CONTEXT: RuleContext = { ownAppIds: [], ownInstallerIds: [] };

/**
 * Whether a rule matches an entry.
 *
 * @throws whatever the rule throws, or that it does not answer at once
 */
export function ruleMatches(rule: Rule, entry: AuditLogEntry, context: RuleContext): boolean {
  if (!rule.actions.includes(entry.action)) return false;
  if (rule.matches === undefined) return true;
  return Boolean(atOnce("matches", rule.matches(entry, context), "a boolean"));
}

/**
 * What a function of a rule answers: that of one's own may be asynchronous.
 *
 * @throws {TypeError} when the answer is a promise
 */
export function atOnce(method: string, answer: unknown, expected: string): unknown {
  if (!(answer instanceof Promise)) return answer;
  // Nobody waits for it. A rejection that nobody handles would end the process, and with it
  // the alerts of all other rules; the error below says what is wrong with this one.
  answer.catch(() => {});
  throw new TypeError(`${method} gave a promise instead of ${expected}`);
}

/** Slack's list of actions. */
export const ACTIONS_REFERENCE =
  "https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference";

/** Slack's list of anomaly reasons. */
export const ANOMALIES_REFERENCE =
  "https://docs.slack.dev/reference/audit-logs-api/anomalous-events-reference";
