import {
  type Correlation,
  type CountedStep,
  type Detection,
  isCorrelation,
} from "./correlation.ts";
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

function toSequence({ withinSeconds, steps }: Correlation): Demand["sequences"][number] {
  const only: CountedStep | undefined = steps.length === 1 ? steps[0] : undefined;
  const distinct = only?.distinctBy?.column;
  return {
    withinSeconds,
    steps: steps.map(({ actions, by, atLeast = 1 }) => ({
      actions,
      column: by.column,
      unsure: by.unsure,
      atLeast,
      distinct,
    })),
  };
}
