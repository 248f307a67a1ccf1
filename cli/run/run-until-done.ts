import type { Clock } from "../../lib/ports.ts";
import { causeOf } from "../../lib/run/outcome.ts";
import { SlackAuditError } from "../../lib/slack/errors.ts";

/** Consecutive runs that may fail without a single page before the command gives up. */
const FRUITLESS_RUNS_MAX = 8;
const FIRST_WAIT_MS = 2_000;
const WAIT_MAX_MS = 60_000;

/** The part of a run's summary that decides whether there is another. */
interface RunEnd {
  outcome: string;
  pages: number;
  /** Epoch milliseconds. */
  notBefore?: number;
}

export interface RunLimits {
  /** Epoch milliseconds; may be `Infinity`. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  /** Told of each wait between two runs. */
  onWait?: ((untilMs: number, reason: string) => void) | undefined;
}

/**
 * Run repeatedly until another run would be pointless or the time is up.
 *
 * A schedule does this for a Lambda; a command does it itself. It waits
 * when Slack asks it to, and after failures that may be temporary.
 *
 * @param isUnfinished - whether a run that ended normally has left work to do
 * @returns the summaries of all runs, in their order
 */
export async function runUntilDone<Run extends RunEnd>(
  run: (before: readonly Run[]) => Promise<Run>,
  isUnfinished: (run: Run) => boolean,
  clock: Clock,
  { deadlineMs, signal, onWait }: RunLimits,
): Promise<{ runs: Run[]; isInterrupted: boolean }> {
  const runs: Run[] = [];
  let fruitless = 0;
  for (;;) {
    const last = await run(runs);
    runs.push(last);
    fruitless = last.pages > 0 ? 0 : fruitless + 1;
    const next = isUnfinished(last)
      ? { atMs: clock.nowMs() }
      : planAnother(last, fruitless, clock.nowMs());
    if (next === undefined || next.atMs >= deadlineMs) {
      return { runs, isInterrupted: false };
    }
    if (next.reason !== undefined) onWait?.(next.atMs, next.reason);
    try {
      await clock.sleep(next.atMs - clock.nowMs(), signal);
    } catch (error) {
      if (!signal?.aborted) throw error;
      return { runs, isInterrupted: true };
    }
  }
}

/** @returns nothing when there is no point in another run */
function planAnother(
  run: RunEnd,
  fruitless: number,
  nowMs: number,
): { atMs: number; reason?: string } | undefined {
  if (run.outcome === "throttled" && run.notBefore !== undefined) {
    return { atMs: run.notBefore, reason: "Slack asked to wait" };
  }
  if (fruitless >= FRUITLESS_RUNS_MAX) {
    return undefined;
  }
  if (run.outcome === "lease_lost") {
    // The machine may only have slept; if another run is at work, the next one reports it.
    return { atMs: nowMs };
  }
  const cause = causeOf(run);
  if (run.outcome === "failed" && cause instanceof SlackAuditError && cause.retryable) {
    const waitMs = Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** fruitless);
    return { atMs: nowMs + waitMs, reason: `${cause.message}; retrying` };
  }
  return undefined;
}
