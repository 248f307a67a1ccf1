import type { AuditLogEntry } from "../slack/types.ts";
import type { DecidingColumn } from "./deciding-column.ts";
import type { Rule, RuleContext, RuleDescription } from "./rule.ts";
import type { Subject } from "./subjects.ts";

/**
 * A reason to alert someone about several entries of one subject: many of a kind, or one
 * kind after another, within a sliding window of event time.
 *
 * Everything that it can say stays true when more entries arrive: 'at least', and never
 * 'at most' or 'none'. So the same entries give the same alerts in whatever order they
 * come (docs/adr/0023-correlations.md).
 */
export interface Correlation extends RuleDescription {
  /** The first entry and the last are less than this apart. */
  readonly withinSeconds: number;
  /** In this order; entries of one second are in any order. An entry counts for the first step that it fits. */
  readonly steps: readonly [CountedStep] | readonly [Step, Step, ...Step[]];
  /** One line for a person. The numbers are those that are configured. */
  alertTitle(subject: string, numbers: { atLeast: number; within: string }): string;
  readonly examples: {
    readonly match: readonly Series[];
    /** Entries that it leaves out; the reference lists them. */
    readonly ignore: readonly (Series & {
      /** Goes on after the name of the entries: `the app can do less`. */
      readonly because: string;
    })[];
  };
}

/** What looks at entries: at one, or at several. */
export type Detection = Rule | Correlation;

/** One kind of entry of the subject. */
export interface Step {
  readonly actions: readonly string[];
  /** Absent: every entry of `actions` fits. */
  matches?(entry: AuditLogEntry, context: RuleContext): boolean;
  /** Whose entry it is. Each step may find the subject elsewhere: the one invited, then the one who acts. */
  readonly by: Subject;
  /** How many make the step. @default 1 */
  readonly atLeast?: number;
}

/** A step that stands alone may count what entries name, such as files, instead of entries. */
export interface CountedStep extends Step {
  /** All that `distinct` reads of an entry; absent: it may read anything. */
  readonly distinctBy?: DecidingColumn;
  /** An entry for which there is nothing does not count. */
  distinct?(entry: AuditLogEntry, context: RuleContext): string | undefined;
}

/** A test case of a correlation: its entries, all within a week. */
interface Series {
  readonly name: string;
  readonly entries: readonly AuditLogEntry[];
  /** Absent: nothing is configured. */
  readonly context?: RuleContext;
}

/** All actions that a rule looks at. */
export function actionsOf(detection: Detection): readonly string[] {
  return isCorrelation(detection)
    ? [...new Set(detection.steps.flatMap(({ actions }) => actions))]
    : detection.actions;
}

export function isCorrelation(detection: Detection): detection is Correlation {
  return "steps" in detection;
}

/** The step that stands alone, which may count what entries name. */
export function onlyStep({ steps }: Correlation): CountedStep | undefined {
  return steps.length === 1 ? steps[0] : undefined;
}

/** The step that counts, if one does: each rule has one threshold at most. */
export function countedStep({ steps }: Correlation): Step | undefined {
  return steps.find(({ atLeast = 1 }) => atLeast > 1);
}

/** Whom or what its alerts are about: the subject of the last entry. */
export function subjectOf({ steps }: Correlation): Subject {
  return (steps.at(-1) ?? steps[0]).by;
}

/** The title of an alert about a subject, which is named as a text for people. */
export function titleOf(correlation: Correlation, subjectName: string): string {
  return correlation.alertTitle(subjectName, {
    atLeast: countedStep(correlation)?.atLeast ?? 1,
    within: periodText(correlation.withinSeconds),
  });
}

/** `10 minutes`, `an hour`, `2 days`. */
function periodText(seconds: number): string {
  for (const [length, one, many] of PERIODS) {
    if (seconds === length) return one;
    if (seconds % length === 0) return `${seconds / length} ${many}`;
  }
  return `${seconds} seconds`;
}

const PERIODS = [
  [86_400, "a day", "days"],
  [3_600, "an hour", "hours"],
  [60, "a minute", "minutes"],
] as const;
