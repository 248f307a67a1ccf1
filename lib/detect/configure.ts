import * as z from "zod";
import { isPlain } from "../fields.ts";
import { type DurationText, parseDuration } from "../time.ts";
import { type Correlation, countedStep, type Detection, isCorrelation } from "./correlation.ts";
import { DETECTIONS } from "./detections.ts";
import { SEVERITIES, type Severity } from "./rule.ts";

/**
 * How to run a rule: what is not given stays as it is.
 *
 * @public the types of the package name it
 */
export interface RuleSettings {
  severity?: Severity | "off";
  /** Of a rule that counts: how many raise the alert, 2 to 1000. */
  atLeast?: number;
  /** Of a rule about several entries: the length of its window, "1m" to "1d". */
  within?: DurationText;
}

/** The configuration of a rule: `off`, a severity, or more, also for one source each. */
type RuleOverride =
  | Severity
  | "off"
  | (RuleSettings & {
      /** By the name of the source; what is given there takes precedence. */
      sources?: Readonly<Record<string, Severity | "off" | RuleSettings>>;
    });

/** The configuration of rules, by id. */
export type RuleOverrides = Readonly<Record<string, RuleOverride>>;

/** The configuration of a rule is not valid. */
export class RuleConfigurationError extends Error {
  override readonly name = "RuleConfigurationError";
  readonly code = "rule_configuration";
}

const MAX_AT_LEAST = 1000;
const WITHIN_SECONDS = { min: 60, max: 86_400 };

const SEVERITY = z.enum([...SEVERITIES, "off"]);

const SETTINGS = z.strictObject({
  severity: SEVERITY.optional(),
  atLeast: z.int().min(2).max(MAX_AT_LEAST).optional(),
  within: z
    .custom<DurationText>((text) => {
      const seconds = typeof text === "string" ? parseDuration(text) : undefined;
      return (
        seconds !== undefined && seconds >= WITHIN_SECONDS.min && seconds <= WITHIN_SECONDS.max
      );
    })
    .optional(),
});

const OVERRIDES = z.record(
  z.string(),
  z.union([
    SEVERITY,
    SETTINGS.extend({ sources: z.record(z.string(), z.union([SEVERITY, SETTINGS])).optional() }),
  ]),
);

/**
 * Check the rules in a configuration file: `{"app-installed": "off", "many-failed-logins":
 * {"atLeast": 20, "sources": {"gov": "critical"}}}`.
 *
 * @param rules - all that may be named
 * @throws {RuleConfigurationError} naming each unknown rule and each value that is not allowed
 */
export function parseRuleOverrides(
  value: unknown,
  rules: readonly Detection[] = DETECTIONS,
): RuleOverrides {
  const parsed = OVERRIDES.safeParse(value);
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  const isShown = (name: string) => known.has(name) || isPlain(name);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(
      (issue) => describePlace(placeOf(issue), value, isShown) || "the whole value",
    );
    throw new RuleConfigurationError(
      `detection rules: give each rule one of off, ${SEVERITIES.join(", ")}, or { severity, atLeast (2 to ${MAX_AT_LEAST}), within ("1m" to "1d"), sources }; wrong: ${wrong.join(", ")}`,
    );
  }
  const unknown = Object.keys(parsed.data).flatMap((id, index) => {
    if (known.has(id)) return [];
    return isShown(id) ? `"${id}"` : notShown(index);
  });
  if (unknown.length > 0) {
    throw new RuleConfigurationError(
      `detection rules: no rule is called ${unknown.join(", ")}; docs/reference/detections.md lists them all`,
    );
  }
  for (const [id, override] of Object.entries(parsed.data)) {
    const rule = known.get(id);
    if (rule !== undefined) refuseIneffective(rule, override);
  }
  return parsed.data;
}

/** Of a union, the place in the object form, which says more than the whole value. */
function placeOf(issue: z.core.$ZodIssue): PropertyKey[] {
  const inner = issue.code === "invalid_union" ? issue.errors.at(-1)?.[0] : undefined;
  return [...issue.path, ...(inner === undefined ? [] : placeOf(inner))];
}

/** What may be a secret in the wrong place is told by its number. */
function describePlace(
  path: readonly PropertyKey[],
  value: unknown,
  isShown: (name: string) => boolean,
): string {
  let parent = value;
  const names = path.map((key) => {
    const name = String(key);
    const members = Object(parent) as Record<string, unknown>;
    parent = members[name];
    return isShown(name) ? name : notShown(Object.keys(members).indexOf(name));
  });
  return names.join(".");
}

function notShown(index: number): string {
  return `number ${index + 1} (not shown)`;
}

/** @throws {RuleConfigurationError} when the rule has no such number */
function refuseIneffective(rule: Detection, override: RuleOverride): void {
  const all =
    typeof override === "string" ? [] : [override, ...Object.values(override.sources ?? {})];
  for (const settings of all) {
    if (typeof settings === "string") continue;
    if (settings.within !== undefined && !isCorrelation(rule)) {
      throw new RuleConfigurationError(
        `detection rules: ${rule.id} is about one entry and has no window; leave out "within"`,
      );
    }
    if (settings.atLeast !== undefined && !(isCorrelation(rule) && countedStep(rule))) {
      throw new RuleConfigurationError(
        `detection rules: ${rule.id} counts nothing; leave out "atLeast"`,
      );
    }
  }
}

/**
 * The rules that are on for a source, each with the severity and the numbers that the
 * configuration gives it there.
 */
export function configureRules(
  overrides: RuleOverrides,
  rules: readonly Detection[] = DETECTIONS,
  source?: string,
): readonly Detection[] {
  return rules.flatMap((rule) => {
    const override = overrides[rule.id];
    if (override === undefined) return [rule];
    const everywhere = toSettings(override);
    const here =
      typeof override === "string" || source === undefined ? undefined : override.sources?.[source];
    const settings = { ...everywhere, ...(here === undefined ? {} : toSettings(here)) };
    return settings.severity === "off" ? [] : [configureRule(rule, settings)];
  });
}

function toSettings(override: Severity | "off" | RuleSettings): RuleSettings {
  return typeof override === "string" ? { severity: override } : override;
}

function configureRule(rule: Detection, { severity, atLeast, within }: RuleSettings): Detection {
  const changed = severity === undefined || severity === "off" ? rule : { ...rule, severity };
  if (!isCorrelation(changed)) return changed;
  const counted = countedStep(changed);
  const steps = changed.steps.map((step) =>
    step === counted && atLeast !== undefined ? { ...step, atLeast } : step,
  );
  return {
    ...changed,
    withinSeconds: parseDuration(within ?? "") ?? changed.withinSeconds,
    steps: steps as unknown as Correlation["steps"],
  };
}
