/**
 * What a run of a job answers the state machine that started it, which asks for
 * run after run until the job is done: `infra/constructs/job-loop.ts`.
 *
 * A run that failed has no answer: it throws, and the state machine tries again,
 * later and later, until it gives the job up.
 */

import type { IngestOutcome } from "../lib/ingest/summary.ts";
import type { SealOutcome } from "../lib/seal/seal-summary.ts";

export interface JobStep {
  /** `again`: more to do, at once. `wait`: more to do, not before `resumeAt`. */
  next: "done" | "again" | "wait";
  /**
   * ISO 8601 in whole seconds, which is what a `Wait` state takes from a path.
   * Always there, as a path must lead somewhere; it says nothing unless `next` is `wait`.
   */
  resumeAt: string;
}

/**
 * The shortest wait. An execution's history ends at 25,000 events, nine a turn:
 * with it, a job that only ever waits lasts 46 hours.
 */
const WAIT_MIN_MS = 60_000;

/** @param resumeAtMs - epoch milliseconds; sooner than a minute from now counts as a minute from now */
export function waitStep(resumeAtMs: number, nowMs: number): JobStep {
  return { next: "wait", resumeAt: toIso(Math.max(resumeAtMs, nowMs + WAIT_MIN_MS)) };
}

/** The job is done, or has more to do at once. */
export function nextStep(next: "done" | "again", nowMs: number): JobStep {
  return { next, resumeAt: toIso(nowMs) };
}

/** What a step depends on, in the summary of a run. */
interface RunEnd {
  outcome: IngestOutcome | SealOutcome;
  /** Epoch milliseconds. */
  notBefore?: number;
}

/**
 * The step after a run that did not fail. A day that is not settled is done
 * with for now: it is in a later plan.
 *
 * @param nowMs - epoch milliseconds
 * @throws {Error} after a run that failed; the caller throws its cause instead
 */
export function stepAfter(summary: RunEnd, nowMs: number): JobStep {
  switch (summary.outcome) {
    case "caught_up":
    case "sealed":
    case "already_sealed":
    case "not_settled":
      return nextStep("done", nowMs);
    case "out_of_time":
    case "interrupted":
      return nextStep("again", nowMs);
    case "throttled":
      return waitStep(summary.notBefore ?? nowMs, nowMs);
    case "lease_held":
    case "lease_lost":
      return waitStep(nowMs, nowMs);
    case "failed":
      throw new Error("a run that failed has no next step");
  }
}

/** Rounded up: a second early would be too early. */
function toIso(epochMs: number): string {
  return new Date(Math.ceil(epochMs / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
