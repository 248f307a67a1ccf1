import { describe, expect, it } from "vitest";
import { nextStep, stepAfter, waitStep } from "../../functions/job-step.ts";
import type { IngestOutcome, IngestSummary } from "../../lib/ingest/summary.ts";

const NOW_MS = Date.parse("2026-03-01T12:00:00.250Z");

function summary(outcome: IngestOutcome, notBefore?: number): IngestSummary {
  return {
    source: "acme",
    outcome,
    windows: 0,
    pages: 0,
    entries: 0,
    lateEntries: 0,
    lateness: {},
    duplicatesDropped: 0,
    quarantined: 0,
    objects: 0,
    bytes: 0,
    watermark: null,
    lagSeconds: null,
    ...(notBefore === undefined ? {} : { notBefore }),
  };
}

describe("stepAfter", () => {
  it.each([
    ["caught_up", "done"],
    ["out_of_time", "again"],
    ["interrupted", "again"],
  ] as const)("answers %s with %s, at once", (outcome, next) => {
    expect(stepAfter(summary(outcome), NOW_MS)).toEqual({ next, resumeAt: "2026-03-01T12:00:01Z" });
  });

  it("waits as long as Slack asked, and not a second less", () => {
    const notBefore = Date.parse("2026-03-01T12:05:00.001Z");

    expect(stepAfter(summary("throttled", notBefore), NOW_MS)).toEqual({
      next: "wait",
      resumeAt: "2026-03-01T12:05:01Z",
    });
  });

  it.each(["lease_held", "lease_lost"] as const)(
    "waits a minute when another run is at work (%s)",
    (outcome) => {
      expect(stepAfter(summary(outcome), NOW_MS)).toEqual({
        next: "wait",
        resumeAt: "2026-03-01T12:01:01Z",
      });
    },
  );

  it("has none for a run that failed", () => {
    expect(() => stepAfter(summary("failed"), NOW_MS)).toThrow("no next step");
  });
});

describe("waitStep", () => {
  it("waits a minute at least, so that the history of an execution lasts", () => {
    expect(waitStep(NOW_MS + 1000, NOW_MS).resumeAt).toBe("2026-03-01T12:01:01Z");
    expect(waitStep(NOW_MS - 1000, NOW_MS).resumeAt).toBe("2026-03-01T12:01:01Z");
  });
});

describe("nextStep", () => {
  it("has a time, too, for the state machine's path to it", () => {
    expect(nextStep("done", NOW_MS)).toEqual({ next: "done", resumeAt: "2026-03-01T12:00:01Z" });
  });
});
