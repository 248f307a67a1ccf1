import { type Correlation, type Detection, isCorrelation, onlyStep } from "./correlation.ts";
import type { Demand } from "./ports.ts";
import type { Rule, RuleContext } from "./rule.ts";

/**
 * Which entries some rules need. What columns cannot tell is left out, so that it may be more,
 * and is never less.
 */
export function demandOf(detections: readonly Detection[], context: RuleContext): Demand {
  const rules = detections.filter((rule): rule is Rule => !isCorrelation(rule));
  const all = rules.filter(({ decidedBy }) => decidedBy === undefined);
  return {
    all: [...new Set(all.flatMap(({ actions }) => actions))],
    decided: rules.flatMap(({ actions, decidedBy, matches }) =>
      decidedBy === undefined
        ? []
        : {
            actions,
            column: decidedBy.column,
            unsure: decidedBy.unsure,
            isWanted: (value) => matches?.(decidedBy.entryWith(value), context) ?? true,
          },
    ),
    sequences: detections.filter(isCorrelation).map(toSequence),
  };
}

function toSequence(correlation: Correlation): Demand["sequences"][number] {
  const distinct = onlyStep(correlation)?.distinctBy?.column;
  return {
    withinSeconds: correlation.withinSeconds,
    steps: correlation.steps.map(({ actions, by, atLeast = 1 }) => ({
      actions,
      column: by.column,
      unsure: by.unsure,
      atLeast,
      distinct,
    })),
  };
}
