import { describe, expect, it } from "vitest";
import { type CountedStep, isCorrelation } from "../../lib/detect/correlation.ts";
import type { DecidingColumn } from "../../lib/detect/deciding-column.ts";
import { demandOf } from "../../lib/detect/demand.ts";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { valueAt } from "../../lib/detect/entry-line.ts";
import { exampleContext } from "../../lib/detect/example-entry.ts";
import type { Rule } from "../../lib/detect/rule.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";
import { SeededRandom } from "../simulation/seeded-random.ts";
import { mutateEntry } from "./mutate-entry.ts";

const context = exampleContext();

const EXAMPLES = DETECTIONS.flatMap((detection) =>
  isCorrelation(detection)
    ? [...detection.examples.match, ...detection.examples.ignore].flatMap(({ entries }) => entries)
    : [...detection.examples.match, ...detection.examples.ignore].map(({ entry }) => entry),
);

/** Examples and odd ones, each with what its deciding column holds, where that is a text or nothing. */
function* withColumn({ entryWith }: DecidingColumn): Generator<[AuditLogEntry, string | null]> {
  const path = pathOf(entryWith("x"));
  const random = new SeededRandom(5);
  for (const example of EXAMPLES) {
    for (const entry of [example, mutateEntry(example, random, [example.action])]) {
      const value = valueAt(entry, path) ?? null;
      if (typeof value === "string" || value === null) yield [entry, value];
    }
  }
}

function pathOf(value: unknown): string[] {
  if (typeof value === "string") return [];
  return Object.entries(value as object).flatMap(([name, inner]) => [name, ...pathOf(inner)]);
}

const decided = DETECTIONS.filter(
  (rule): rule is Rule & { decidedBy: DecidingColumn } =>
    !isCorrelation(rule) && "decidedBy" in rule,
);
const counted = DETECTIONS.filter(isCorrelation).flatMap(({ id, steps }) => {
  const [{ distinct, distinctBy }] = steps as readonly [CountedStep];
  return distinctBy === undefined ? [] : [{ id, distinct, distinctBy }];
});

describe("demandOf", () => {
  it.each(decided.map((rule) => [rule.id, rule] as const))(
    "is told right which column decides %s",
    (_, { actions, decidedBy, matches }) => {
      let matching = 0;
      for (const [entry, value] of withColumn(decidedBy)) {
        if (!actions.includes(entry.action)) continue;
        const says = matches?.(entry, context) ?? true;
        expect(matches?.(decidedBy.entryWith(value), context)).toBe(says);
        if (says) matching += 1;
      }
      expect(matching).toBeGreaterThan(0);
    },
  );

  it.each(counted.map((one) => [one.id, one] as const))(
    "is told right which column %s counts",
    (_, { distinct, distinctBy }) => {
      for (const [entry, value] of withColumn(distinctBy)) {
        expect(distinct?.(distinctBy.entryWith(value), context)).toBe(distinct?.(entry, context));
      }
    },
  );

  it("asks for all entries of a rule of which nothing says what it reads", () => {
    const rules = DETECTIONS.filter((rule): rule is Rule => !isCorrelation(rule));
    const { all } = demandOf(rules, context);
    const others = rules.filter((rule) => !decided.some(({ id }) => id === rule.id));
    expect(new Set(all)).toEqual(new Set(others.flatMap(({ actions }) => actions)));
  });

  it("asks for each step of a correlation by its subject", () => {
    const rules = DETECTIONS.filter(({ id }) => id === "guest-invited-then-downloads");
    const { all, decided, sequences } = demandOf(rules, context);
    expect({ all, decided, sequences }).toMatchObject({
      all: [],
      decided: [],
      sequences: [
        {
          withinSeconds: 86_400,
          steps: [
            { actions: ["guest_created"], column: "entity_id", atLeast: 1 },
            { actions: ["file_downloaded"], column: "actor_id", atLeast: 30 },
          ],
        },
      ],
    });
  });
});
