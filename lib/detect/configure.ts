import * as z from "zod";
import type { Detection } from "./correlation.ts";
import { DETECTIONS } from "./detections.ts";
import { SEVERITIES, type Severity } from "./rule.ts";

/** The configuration of rules, by id: `off`, or the severity to use. */
export type RuleOverrides = Readonly<Record<string, Severity | "off">>;

/** The configuration of a rule is not valid. */
export class RuleConfigurationError extends Error {
  override readonly name = "RuleConfigurationError";
  readonly code = "rule_configuration";
}

const OVERRIDES = z.record(z.string(), z.enum([...SEVERITIES, "off"]));

/**
 * Check the rules in a configuration file: `{"app-installed": "off", "admin-granted": "critical"}`.
 *
 * @throws {RuleConfigurationError} naming each unknown rule and each value that is not a severity
 */
export function parseRuleOverrides(
  value: unknown,
  rules: readonly Detection[] = DETECTIONS,
): RuleOverrides {
  const parsed = OVERRIDES.safeParse(value);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path }) => path.join(".") || "the whole value");
    throw new RuleConfigurationError(
      `detection rules: give each rule one of off, ${SEVERITIES.join(", ")}; wrong: ${wrong.join(", ")}`,
    );
  }
  const known = new Set(rules.map(({ id }) => id));
  const unknown = Object.keys(parsed.data).filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new RuleConfigurationError(
      `detection rules: no rule is called ${unknown.map((id) => `"${id}"`).join(", ")}; docs/reference/detections.md lists them all`,
    );
  }
  return parsed.data;
}

/** The rules that are on, each with the severity that the configuration gives it. */
export function configureRules(
  overrides: RuleOverrides,
  rules: readonly Detection[] = DETECTIONS,
): readonly Detection[] {
  return rules.flatMap((rule) => {
    const override = overrides[rule.id];
    if (override === "off") {
      return [];
    }
    return override === undefined ? [rule] : [{ ...rule, severity: override }];
  });
}
