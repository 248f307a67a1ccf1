import { describe, expect, it } from "vitest";
import { addLatenessMetric } from "../../functions/lateness-metric.ts";
import type { LatenessHistogram } from "../../lib/run/lateness.ts";

function emitted(lateness: LatenessHistogram): number[] {
  const values: number[] = [];
  const metrics = {
    addMetric: (_name: string, _unit: unknown, value: number) => {
      values.push(value);
      return metrics;
    },
  };
  addLatenessMetric(metrics as never, "LatenessSeconds", lateness);
  return values;
}

describe("the metric of lateness", () => {
  it("has a value an entry", () => {
    expect(emitted({ 64: 2, 1024: 1 })).toEqual([64, 64, 1024]);
  });

  it("has none when none was late", () => {
    expect(emitted({})).toEqual([]);
  });

  it("has a hundred at most, spread as the entries are, each power of two among them", () => {
    const lateness: Record<string, number> = {};
    for (let power = 1; power <= 17; power++) lateness[2 ** power] = 10 ** (power % 7);
    const values = emitted(lateness);

    expect(values.length).toBeLessThanOrEqual(100);
    expect(new Set(values).size).toBe(17);
    // Two of the seventeen are ten times as many as the next.
    expect(values.filter((value) => value === 64).length).toBeGreaterThan(20);
    expect(values.filter((value) => value === 2 ** 13).length).toBeGreaterThan(20);
  });
});
