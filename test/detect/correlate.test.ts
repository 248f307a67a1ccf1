import { describe, expect, it } from "vitest";
import { runScenario } from "./correlation-scenario.ts";

describe("correlate", () => {
  it("gives the alerts that all entries together give, however they are delivered", async () => {
    let alerts = 0;
    let held = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const { expected, wrong } = await runScenario(seed);
      expect(wrong).toEqual([]);
      alerts += expected.length;
      held += expected.filter((alert) => alert.includes("held by")).length;
    }
    expect(alerts).toBeGreaterThan(1_000);
    expect(held).toBeGreaterThan(200);
  });
});
