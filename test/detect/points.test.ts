import { describe, expect, it } from "vitest";
import { CORRELATIONS } from "../../lib/detect/correlations/index.ts";
import { loginAfterFailures } from "../../lib/detect/correlations/login-after-failures.ts";
import { manyFailedLogins } from "../../lib/detect/correlations/many-failed-logins.ts";
import {
  findCompletion,
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
  }));
}

describe("points", () => {
  it("are the same when they come back as text", () => {
    for (const point of points(3, 1_766_105_755)) expect(parsePoint(toText(point))).toEqual(point);
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
    expect(findCompletion(manyFailedLogins, kept, points(1, 600))).toEqual({
      first: 1, // the earliest that is kept
      last: 600,
    });
  });

  it("complete a sequence in its order only, and one second is any order", () => {
    const failed = points(5, 100);
    expect(findCompletion(loginAfterFailures, [], [...failed, ...points(1, 104, 1)])).toEqual({
      ...{ first: 100, last: 104 },
    });
    expect(findCompletion(loginAfterFailures, [], [...failed, ...points(1, 103, 1)])).toBe(
      undefined,
    );
  });
});
