import { describe, expect, it } from "vitest";
import type { Correlation } from "../../lib/detect/correlation.ts";
import { CORRELATIONS } from "../../lib/detect/correlations/index.ts";
import { loginAfterFailures } from "../../lib/detect/correlations/login-after-failures.ts";
import { manyFailedLogins } from "../../lib/detect/correlations/many-failed-logins.ts";
import {
  findCompletions,
  maxRelevantPoints,
  type Point,
  parsePoint,
  relevantPoints,
  toText,
  toValue,
} from "../../lib/detect/points.ts";

function points(count: number, from = 0, step = 0): Point[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ step, time: from + i },
    value: toValue(`${step}-${from}-${i}`),
    mark: "",
  }));
}

function completionOf(correlation: Correlation, before: Point[], within: Point[]) {
  return findCompletions(correlation, before, within, () => undefined).get(undefined);
}

describe("points", () => {
  it("are the same when they come back as text", () => {
    for (const point of points(3, 1_766_105_755)) expect(parsePoint(toText(point))).toEqual(point);
  });

  it("keep the mark of a suppression, and have none when they were stored before there were marks", () => {
    const [point] = points(1) as [Point];
    const marked = { ...point, mark: "m" };
    expect(parsePoint(toText(marked))).toEqual(marked);
    expect(toText(point).split(" ")).toHaveLength(3);
  });

  it("of each suppression are kept in a flood, whatever else there is", () => {
    const flood = points(600);
    const [first, last] = [flood[250], flood[350]] as [Point, Point];
    first.mark = "m";
    last.mark = "m";
    const kept = relevantPoints(manyFailedLogins, flood);
    expect(kept).toEqual(expect.arrayContaining([first, last]));
  });

  const three = { ...manyFailedLogins, withinSeconds: 100 };
  three.steps = [{ ...three.steps[0], atLeast: 3 }];
  const midnight = 86_400;
  const at = (time: number, value: string, mark = "m"): Point => ({ step: 0, time, value, mark });

  it("over midnight are kept on both sides of it, since a suppression may have expired", () => {
    const before = [at(midnight - 60, "a"), at(midnight - 60, "b")];
    const within = [-10, 20, 45].map((seconds) => at(midnight + seconds, "c"));
    const holding = (_: string, time: number) => (time < midnight ? { owner: "sec" } : undefined);
    const completions = findCompletions(three, before, relevantPoints(three, within), holding);
    // At 45 seconds the entries before are too long ago.
    expect(completions.get(undefined)).toEqual({ first: midnight - 60, last: midnight + 20 });
  });

  it("are the same whatever their order, so that two writers do not each remove what the other keeps", () => {
    const all = [
      ...[at(0, "a", "m"), at(0, "b", "n"), at(5, "c", "m"), at(5, "c", "n")],
      ...[at(9, "d", "m"), at(9, "e", "n"), at(9, "f", "m")],
    ];
    const kept = relevantPoints(three, all).map(toText);
    expect(kept).toHaveLength(6); // one of "c"
    expect(relevantPoints(three, all.toReversed()).map(toText).sort()).toEqual(kept.sort());
  });

  it("of a flood are bounded, and fit into an item of DynamoDB many times over", () => {
    for (const correlation of CORRELATIONS) {
      const flood = correlation.steps.flatMap((_, step) => points(5_000, 0, step));
      const relevant = relevantPoints(correlation, flood);
      expect(relevant.length).toBeLessThanOrEqual(maxRelevantPoints(correlation));
      expect(Buffer.byteLength(relevant.map(toText).join(""))).toBeLessThan(40_000);
    }
  });

  it("of a flood still complete a correlation with what comes after", () => {
    const kept = relevantPoints(manyFailedLogins, points(600));
    expect(completionOf(manyFailedLogins, kept, points(1, 600))).toEqual({
      first: 1, // the earliest that is kept
      last: 600,
    });
  });

  it("complete a sequence in its order only, and one second is any order", () => {
    const failed = points(5, 100);
    expect(completionOf(loginAfterFailures, [], [...failed, ...points(1, 104, 1)])).toEqual({
      ...{ first: 100, last: 104 },
    });
    expect(completionOf(loginAfterFailures, [], [...failed, ...points(1, 103, 1)])).toBe(undefined);
  });
});
