import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextWindow, updateDensity } from "../../lib/run/window.ts";
import { hourOf, type TimeRange } from "../../lib/time.ts";

describe("nextWindow", () => {
  it.each<[string, [number, number, number], TimeRange | undefined]>([
    ["ends with the hour when nothing is known", [100, 9000, 0], { from: 100, until: 3600 }],
    ["ends with the walk", [100, 200, 0], { from: 100, until: 200 }],
    ["is sized to fill 80 % of a page", [0, 9000, 10], { from: 0, until: 80 }],
    ["is at least a second long", [0, 9000, 1e6], { from: 0, until: 1 }],
    ["is absent at the end of the walk", [200, 200, 1], undefined],
    ["is absent past the end of the walk", [201, 200, 1], undefined],
  ])("%s", (_, [position, end, density], expected) => {
    expect(nextWindow(position, end, density, 1000)).toEqual(expected);
  });

  it("I1, I3: covers a span without gap or overlap, none across an hour", () => {
    const second = fc.integer({ min: 0, max: 20_000 });
    fc.assert(
      fc.property(second, second, fc.double({ min: 0, max: 100, noNaN: true }), (a, b, density) => {
        let position = a;
        for (
          let w = nextWindow(a, b, density, 1000);
          w;
          w = nextWindow(position, b, density, 1000)
        ) {
          expect(w.from).toBe(position);
          expect(w.until).toBeGreaterThan(w.from);
          expect(hourOf(w.until - 1)).toBe(hourOf(w.from));
          position = w.until;
        }
        expect(position).toBe(Math.max(a, b));
      }),
    );
  });
});

describe("updateDensity", () => {
  it("takes the first observation as it is", () => {
    expect(updateDensity(0, 30, 10)).toBe(3);
  });

  it("moves half way to what it sees", () => {
    expect(updateDensity(3, 10, 10)).toBe(2);
  });

  it("stays a number that a checkpoint can hold, however long nothing happens", () => {
    let density = 27;
    for (let window = 0; window < 2000; window++) density = updateDensity(density, 0, 300);
    // DynamoDB refuses numbers below 1e-130.
    expect(density).toBeGreaterThan(1e-9);
    expect(density).toBeLessThan(1e-3);
  });

  it("knows nothing as long as nothing was seen", () => {
    expect(updateDensity(0, 0, 300)).toBe(0);
  });

  it("counts a burst within one second as that second's", () => {
    expect(updateDensity(0, 500, 0)).toBe(500);
  });
});
