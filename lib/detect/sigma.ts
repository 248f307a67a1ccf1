/**
 * Rules in Sigma, for those that can be said in it exactly. What a rule decides in code cannot.
 *
 * @see https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
 * @see https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-correlation-rules-specification.md
 */
import { createHash } from "node:crypto";
import { type Correlation, type Detection, isCorrelation, type Step } from "./correlation.ts";
import type { Rule, RuleDescription, Severity } from "./rule.ts";
import { ACTING_APP, ACTOR, ADDRESS, type Subject, TARGET_APP, TARGET_USER } from "./subjects.ts";

/** A Sigma document: what its YAML says. */
export type SigmaDocument = Readonly<Record<string, unknown>>;

export interface SigmaRule {
  id: string;
  /** In the order of the file: those that a correlation counts come before it. */
  documents: SigmaDocument[];
}

/** A rule that Sigma cannot say. */
export interface UnsaidRule {
  id: string;
  /** Completes 'it is not exported, because …'. */
  because: string;
}

/** The fields of Slack's entries, as they are. */
const LOG_SOURCE = { product: "slack", service: "audit" };

const LEVELS: Readonly<Record<Severity, string>> = {
  info: "informational",
  low: "low",
  medium: "medium",
  high: "high",
  critical: "critical",
};

/** Where a subject's id is, and which entries have one. */
const SUBJECTS = new Map<Subject, { field: string; only?: object; except?: object }>([
  [
    ACTOR,
    {
      field: "actor.user.id",
      // Slack itself is no user.
      except: { "actor.user.id": ["USLACKUSER", "USLACKSECURITY"] },
    },
  ],
  [TARGET_USER, { field: "entity.user.id", only: { "entity.type": "user" } }],
  [ADDRESS, { field: "context.ip_address" }],
  [TARGET_APP, { field: "entity.app.id" }],
  [ACTING_APP, { field: "context.app.id" }],
]);

export function toSigma(detections: readonly Detection[]): {
  rules: SigmaRule[];
  unsaid: UnsaidRule[];
} {
  const rules: SigmaRule[] = [];
  const unsaid: UnsaidRule[] = [];
  for (const detection of detections) {
    const { id } = detection;
    const said = isCorrelation(detection) ? sayCorrelation(detection) : sayRule(detection);
    if (typeof said === "string") unsaid.push({ id, because: said });
    else rules.push({ id, documents: said });
  }
  return { rules, unsaid };
}

function sayRule(rule: Rule): SigmaDocument[] | string {
  if (rule.matches !== undefined) return "code decides which entries of its actions match";
  return [
    {
      ...head(rule, rule.id),
      logsource: LOG_SOURCE,
      detection: { selection: { action: [...rule.actions] }, condition: "selection" },
      ...tail(rule),
    },
  ];
}

function sayCorrelation(correlation: Correlation): SigmaDocument[] | string {
  const { id, steps, withinSeconds } = correlation;
  const [first] = steps;
  if (steps.some(({ matches }) => matches !== undefined)) {
    return "code decides which entries of its actions match";
  }
  if ("distinct" in first && first.distinct !== undefined) {
    return "code decides which values it counts";
  }
  if (steps.length > 1 && steps.some(({ atLeast = 1 }) => atLeast > 1)) {
    return "Sigma has no window over a count and what follows it";
  }
  if (steps.some(({ by }) => !SUBJECTS.has(by))) return "its subject is no field of the entry";
  const stepNames = steps.map((_, index) => `${id}-step-${index + 1}`);
  const parts = steps.map((step, index) => sayStep(correlation, step, stepNames[index] ?? ""));
  const fields = steps.map(({ by }) => SUBJECTS.get(by)?.field ?? "");
  const isOneField = new Set(fields).size === 1;
  const whole = {
    ...head(correlation, id),
    correlation: {
      type: steps.length > 1 ? "temporal_ordered" : "event_count",
      rules: stepNames,
      "group-by": [isOneField ? fields[0] : "subject"],
      ...(isOneField
        ? {}
        : {
            aliases: {
              subject: Object.fromEntries(stepNames.map((name, index) => [name, fields[index]])),
            },
          }),
      timespan: `${withinSeconds}s`,
      ...(steps.length > 1 ? {} : { condition: { gte: first.atLeast ?? 1 } }),
    },
    ...tail(correlation),
  };
  return [...parts, whole];
}

/** The entries of one step; by itself it raises nothing. */
function sayStep(correlation: Correlation, { actions, by }: Step, name: string): SigmaDocument {
  const { field = "", only, except } = SUBJECTS.get(by) ?? {};
  return {
    title: `${correlation.title}: what it counts`,
    id: uuidOf(name),
    name,
    status: "experimental",
    logsource: LOG_SOURCE,
    detection: {
      selection: { action: [...actions], [`${field}|exists`]: true, ...only },
      ...(except === undefined ? {} : { nobody: except }),
      condition: except === undefined ? "selection" : "selection and not nobody",
    },
    level: "informational",
  };
}

function head({ title, reason, reference }: RuleDescription, name: string): SigmaDocument {
  return {
    ...{ title, id: uuidOf(name), name, status: "experimental" },
    description: reason,
    references: [reference],
    author: "Slack Audit Lake",
  };
}

function tail({ falsePositives = [], severity, techniques }: RuleDescription): SigmaDocument {
  return {
    ...(falsePositives.length === 0 ? {} : { falsepositives: [...falsePositives] }),
    level: LEVELS[severity],
    ...(techniques.length === 0
      ? {}
      : { tags: techniques.map((id) => `attack.${id.toLowerCase()}`) }),
  };
}

/** RFC 9562's version 5, of our own name space: the same for a rule in every export. */
function uuidOf(name: string): string {
  const hash = createHash("sha1").update(`slack-audit-lake/${name}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([from, until]) => hex.slice(from, until))
    .join("-");
}

/** YAML of documents: its quoted texts are JSON's, so that nothing in them has a meaning. */
export function toYaml(documents: readonly SigmaDocument[]): string {
  return documents
    .map((document) => lines(document).join("\n"))
    .join("\n---\n")
    .concat("\n");
}

function lines(value: unknown): string[] {
  if (Array.isArray(value)) return value.map((item) => `- ${JSON.stringify(item)}`);
  return Object.entries(value as object).flatMap(([key, item]) => {
    const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return typeof item === "object"
      ? [`${name}:`, ...lines(item).map((line) => `  ${line}`)]
      : [`${name}: ${typeof item === "string" ? JSON.stringify(item) : item}`];
  });
}
