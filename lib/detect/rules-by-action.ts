import { type Correlation, type Detection, isCorrelation } from "./correlation.ts";
import type { Rule } from "./rule.ts";

/** A correlation, and the index of a step of it. */
interface StepOf {
  correlation: Correlation;
  step: number;
}

/** What a source's entries are compared with, by action. */
export interface RulesByAction {
  rules: ReadonlyMap<string, readonly Rule[]>;
  steps: ReadonlyMap<string, readonly StepOf[]>;
}

/** Most entries are of no interest to any rule, and are not parsed. */
export function isAsked({ rules, steps }: RulesByAction, action: string): boolean {
  return rules.has(action) || steps.has(action);
}

export function toRulesByAction(detections: readonly Detection[]): RulesByAction {
  const correlations = detections.filter(isCorrelation);
  return {
    rules: byAction(
      detections.filter((rule): rule is Rule => !isCorrelation(rule)),
      ({ actions }) => actions,
    ),
    steps: byAction(
      correlations.flatMap((correlation) =>
        correlation.steps.map((_, step): StepOf => ({ correlation, step })),
      ),
      ({ correlation, step }) => correlation.steps[step]?.actions ?? [],
    ),
  };
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
