import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import {
  type IngestLimits,
  type IngestPorts,
  type IngestSettings,
  ingest,
} from "../lib/ingest/ingest.ts";
import { causeOf, type IngestSummary } from "../lib/ingest/summary.ts";
import { SlackAuditError } from "../lib/slack/errors.ts";

/** Runs in a row that may fail without a single page before the command gives up. */
const FRUITLESS_RUNS_MAX = 8;
const FIRST_WAIT_MS = 2_000;
const WAIT_MAX_MS = 60_000;

/** A run that took long has left new entries behind it: then there is one more. */
const LAG_ALLOWED_SECONDS = 60;

export interface LoopLimits extends IngestLimits {
  /** Told of each wait between two runs. */
  onWait?: ((untilMs: number, reason: string) => void) | undefined;
}

/**
 * Run again and again until the archive has caught up or the time is over.
 *
 * A schedule does this for the Lambda; a command does it by itself. It waits
 * where Slack asks to, and after failures that may pass.
 *
 * @returns the last run's summary, with the counts of all runs, and its error's {@link causeOf}
 */
export async function ingestUntilCaughtUp(
  ports: IngestPorts,
  settings: Omit<IngestSettings, "owner">,
  limits: LoopLimits,
): Promise<{ summary: IngestSummary; cause: Error | undefined }> {
  const { clock } = ports;
  const { deadlineMs, signal, onProgress, onWait } = limits;
  const runs: IngestSummary[] = [];
  let fruitless = 0;
  for (;;) {
    const entriesBefore = runs.reduce((sum, { entries }) => sum + entries, 0);
    const run = await ingest(
      ports,
      { ...settings, owner: `${hostname()}/${process.pid}/${randomUUID()}` },
      {
        deadlineMs,
        signal,
        onProgress: (progress) =>
          onProgress?.({ ...progress, entries: entriesBefore + progress.entries }),
      },
    );
    runs.push(run);
    fruitless = run.pages > 0 ? 0 : fruitless + 1;
    const next = planNext(run, settings, fruitless, clock.nowMs());
    if (next === undefined || next.atMs >= deadlineMs) {
      return { summary: addUp(runs), cause: causeOf(run) };
    }
    if (next.reason !== undefined) onWait?.(next.atMs, next.reason);
    try {
      await clock.sleep(next.atMs - clock.nowMs(), signal);
    } catch (error) {
      if (!signal?.aborted) throw error;
      return { summary: { ...addUp(runs), outcome: "interrupted" }, cause: undefined };
    }
  }
}

/** @returns nothing when there is no point in another run */
function planNext(
  run: IngestSummary,
  settings: Omit<IngestSettings, "owner">,
  fruitless: number,
  nowMs: number,
): { atMs: number; reason?: string } | undefined {
  if (run.outcome === "throttled" && run.notBefore !== undefined) {
    return { atMs: run.notBefore, reason: "Slack asked to wait" };
  }
  if (run.outcome === "lease_lost" && fruitless < FRUITLESS_RUNS_MAX) {
    // The machine may only have slept; if another run is at work, the next one says so.
    return { atMs: nowMs };
  }
  const cause = causeOf(run);
  if (
    run.outcome === "failed" &&
    cause instanceof SlackAuditError &&
    cause.retryable &&
    fruitless < FRUITLESS_RUNS_MAX
  ) {
    const waitMs = Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** fruitless);
    return { atMs: nowMs + waitMs, reason: `${cause.message}; trying again` };
  }
  const lagMax = settings.settleDelaySeconds + LAG_ALLOWED_SECONDS;
  const isBehind = settings.until === undefined && (run.lagSeconds ?? 0) > lagMax;
  return run.outcome === "caught_up" && isBehind ? { atMs: nowMs } : undefined;
}

function addUp(runs: readonly IngestSummary[]): IngestSummary {
  return runs.reduce((before, run) => ({
    ...run,
    windows: before.windows + run.windows,
    pages: before.pages + run.pages,
    entries: before.entries + run.entries,
    lateEntries: before.lateEntries + run.lateEntries,
    duplicatesDropped: before.duplicatesDropped + run.duplicatesDropped,
    quarantined: before.quarantined + run.quarantined,
    objects: before.objects + run.objects,
    bytes: before.bytes + run.bytes,
  }));
}
