import { describe, expect, it } from "vitest";
import { BrokenFrameError, endOfValue } from "../../lib/slack/json-value.ts";
import { brokenJson } from "./broken-json.ts";
import { disagreement } from "./disagreement.ts";

describe("an entry is read as JSON.parse reads it", () => {
  // `npm run proof:json` tries a million.
  it("for each of 20,000 texts, most of them broken", () => {
    const next = brokenJson(7);
    const kinds = { json: 0, broken: 0 };
    for (let tried = 0; tried < 20_000; tried += 1) {
      const text = next();
      const { isJson, problem } = disagreement(text);
      if (problem !== undefined) {
        expect.fail(`${problem}: ${JSON.stringify(text.toString("latin1"))}`);
      }
      kinds[isJson ? "json" : "broken"] += 1;
    }
    expect(Math.min(kinds.json, kinds.broken)).toBeGreaterThan(5000);
  });

  it.each([
    ["arrays", "[".repeat(1_000_000) + "]".repeat(1_000_000)],
    ["objects", `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`],
  ])("for %s nested deeper than any stack", (_, deep) => {
    expect(endOfValue(Buffer.from(deep), 0)).toBe(deep.length);
    expect(() => endOfValue(Buffer.from(deep.slice(0, -1)), 0)).toThrow(BrokenFrameError);
  });
});
