import { actionsOf, type Correlation, type Detection, isCorrelation } from "./correlation.ts";
import type { Rule } from "./rule.ts";

/** A correlation, and the indices of its steps that look at an action, ascending. */
interface StepsOf {
  correlation: Correlation;
  steps: readonly number[];
}

/** What a source's entries are compared with, by action. */
export interface RulesByAction {
  rules: ReadonlyMap<string, readonly Rule[]>;
  correlations: ReadonlyMap<string, readonly StepsOf[]>;
}

/** Most entries are of no interest to any rule, and are not parsed. */
export function isAsked({ rules, correlations }: RulesByAction, action: string): boolean {
  return rules.has(action) || correlations.has(action);
}

export function toRulesByAction(detections: readonly Detection[]): RulesByAction {
  const rules = new Map<string, Rule[]>();
  const correlations = new Map<string, StepsOf[]>();
  for (const detection of detections) {
    for (const action of new Set(actionsOf(detection))) {
      if (!isCorrelation(detection)) {
        addTo(rules, action, detection);
        continue;
      }
      const steps = detection.steps.flatMap(({ actions }, step) =>
        actions.includes(action) ? step : [],
      );
      addTo(correlations, action, { correlation: detection, steps });
    }
  }
  return { rules, correlations };
}

function addTo<T>(byAction: Map<string, T[]>, action: string, item: T): void {
  const items = byAction.get(action);
  if (items === undefined) byAction.set(action, [item]);
  else items.push(item);
}
