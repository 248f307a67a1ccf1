import { describe, expect, it } from "vitest";
import { DETECTIONS } from "../../lib/detect/detections.ts";
import { SAVED_QUERIES } from "../../lib/sql/saved-queries.ts";

const SENTENCE = /^[A-Z][^\n]{10,200}\.$/;

describe("what an alert tells people to do", () => {
  it.each(DETECTIONS)("$id says what to check next", ({ checks = [] }) => {
    expect(checks.length).toBeGreaterThanOrEqual(2);
    for (const check of checks) expect(check).toMatch(SENTENCE);
  });

  it.each(DETECTIONS)("$id says what is often harmless", ({ falsePositives = [] }) => {
    expect(falsePositives.length).toBeGreaterThanOrEqual(1);
    for (const harmless of falsePositives) expect(harmless).toMatch(SENTENCE);
  });

  it.each(DETECTIONS)("$id names a saved query", ({ query = "" }) => {
    expect([...SAVED_QUERIES.keys()]).toContain(query);
  });
});
