import { backfillSpan } from "../../lib/backfill/backfill-span.ts";
import type { IngestPorts } from "../../lib/ingest/ingest.ts";
import type { IngestOutcome, IngestSummary } from "../../lib/ingest/summary.ts";
import { causeOf } from "../../lib/run/outcome.ts";
import type { TimeRange } from "../../lib/time.ts";
import { leaseOwner } from "./lease-owner.ts";
import { runUntilDone } from "./run-until-done.ts";

/** Slack's own limit. */
const PAGE_LIMIT = 9999;

/** Spans at work at once: while one stores a page, the other asks for the next. */
const CONCURRENCY = 2;

interface BackfillObserver {
  /**
   * @param position - epoch seconds up to which the span is archived
   * @param entries - stored of this span so far
   */
  onProgress(span: TimeRange, position: number, entries: number): void;
  /** Told of each wait between two runs. */
  onWait(untilMs: number, reason: string): void;
  /** Told of each span that failed. */
  onFailure(cause: Error): void;
}

interface BackfillResult {
  outcome: IngestOutcome;
  entries: number;
  /** Absent when it refused nothing. */
  refusedUntil?: number;
}

/** The outcome that needs attention most comes first. */
const BY_WEIGHT: readonly IngestOutcome[] = [
  "failed",
  "interrupted",
  "lease_lost",
  "lease_held",
  "throttled",
  "out_of_time",
];

/**
 * Archive all spans, two at a time; one that fails does not stop the others.
 *
 * @returns the outcome that needs attention most, how many entries were stored, and
 * where Slack refused to list what is before it, epoch seconds
 */
export async function backfillSpans(
  ports: IngestPorts,
  source: string,
  spans: readonly TimeRange[],
  signal: AbortSignal,
  { onProgress, onWait, onFailure }: BackfillObserver,
): Promise<BackfillResult> {
  const deadlineMs = Number.POSITIVE_INFINITY;
  const queue = spans[Symbol.iterator]();
  const outcomes = new Set<IngestOutcome>();
  let entries = 0;
  let refusedUntil: number | undefined;
  const work = async () => {
    for (const span of queue) {
      if (signal.aborted) return;
      const { runs, isInterrupted } = await runUntilDone<IngestSummary>(
        (before) => {
          const entriesBefore = before.reduce((sum, { entries }) => sum + entries, 0);
          return backfillSpan(
            ports,
            { source, span, owner: leaseOwner(), pageLimit: PAGE_LIMIT },
            {
              deadlineMs,
              signal,
              onProgress: ({ position, entries }) =>
                onProgress(span, position, entriesBefore + entries),
            },
          );
        },
        () => false,
        ports.clock,
        { deadlineMs, signal, onWait },
      );
      entries += runs.reduce((sum, run) => sum + run.entries, 0);
      for (const { refusedUntil: until = 0 } of runs) {
        if (until > (refusedUntil ?? 0)) refusedUntil = until;
      }
      const last = runs.at(-1);
      if (last === undefined) continue;
      outcomes.add(isInterrupted ? "interrupted" : last.outcome);
      const cause = causeOf(last);
      if (cause !== undefined) onFailure(cause);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const outcome = signal.aborted
    ? "interrupted"
    : (BY_WEIGHT.find((outcome) => outcomes.has(outcome)) ?? "caught_up");
  return { outcome, entries, ...(refusedUntil === undefined ? {} : { refusedUntil }) };
}
