import type { Estimate } from "../../lib/backfill/estimate.ts";
import type { BackfillProgress } from "../../lib/backfill/progress.ts";
import type { IngestOutcome } from "../../lib/ingest/summary.ts";
import type { TimeRange } from "../../lib/time.ts";
import { formatCount, formatCounted, formatSeconds, formatTime } from "./format.ts";
import { renderStatusLines, type StatusLine } from "./status-lines.ts";

const OUTCOMES: Record<IngestOutcome, string> = {
  caught_up: "done",
  out_of_time: "out of time; run the same command again to continue",
  throttled: "throttled by Slack; run the same command again later to continue",
  interrupted: "interrupted, with everything saved; run the same command again to continue",
  lease_held: "not finished: another backfill is running; run the same command again to continue",
  lease_lost: "not finished: another backfill has taken over",
  failed: "not finished: a span failed; run the same command again to continue",
};

/** @param left - ranges that are not archived yet */
export function describeEstimate(estimate: Estimate, left: readonly TimeRange[]): string {
  const [first, last] = [left.at(0), left.at(-1)];
  if (first === undefined || last === undefined) return "All of it is archived already.";
  const { entries, calls, minutes, dollars, dollarsPerMonth, samples } = estimate;
  return renderStatusLines([
    ["to archive", `${formatTime(first.from)} to ${formatTime(last.until)}`],
    [
      "estimate",
      `about ${formatCounted(entries, "entry", "entries")}, from ${formatCounted(samples, "sample")} of an hour`,
    ],
    ["calls", `about ${formatCount(calls)}, ${formatSeconds(minutes * 60)} at 40 a minute`],
    [
      "on AWS",
      `about ${formatDollars(dollars)}, and ${formatDollars(dollarsPerMonth)} a month for storage`,
    ],
  ]);
}

interface BackfillResult {
  outcome: IngestOutcome;
  entries: number;
  /** Epoch seconds: Slack has nothing before; absent when it refused nothing. */
  refusedUntil?: number;
}

/** What one command has done. */
export function describeBackfillResult(
  { outcome, entries, refusedUntil }: BackfillResult,
  progress: BackfillProgress | undefined,
): string {
  return renderStatusLines([
    ["outcome", OUTCOMES[outcome]],
    ["entries", `${formatCounted(entries, "entry", "entries")} stored now`],
    ...(refusedUntil === undefined
      ? []
      : [["", `Slack has no entries before ${formatTime(refusedUntil)}`] as const]),
    ...(progress === undefined ? [] : describeBackfill(progress)),
  ]);
}

/** How far the backfills of a source have come. */
export function describeBackfill(progress: BackfillProgress): StatusLine[] {
  const { spans, spansDone, secondsDone, secondsTotal, entries, entriesPerMinute } = progress;
  const percent = Math.floor((100 * secondsDone) / secondsTotal);
  const isDone = spansDone === spans;
  return [
    [
      "backfill",
      `${percent}% of ${formatTime(progress.from)} to ${formatTime(progress.until)}, ${spansDone} of ${formatCounted(spans, "span")}`,
    ],
    [
      "",
      `${formatCounted(entries, "entry", "entries")}${entriesPerMinute === null ? "" : `, ${formatCount(entriesPerMinute)} a minute`}`,
    ],
    ...(isDone
      ? []
      : [
          [
            "",
            `${formatCounted(progress.running, "run")} active, ${progress.minutesLeft === null ? "not started" : `about ${formatSeconds(progress.minutesLeft * 60)} of work left`}`,
          ] as const,
        ]),
  ];
}

/** @param cancelled - what will not be archived any more unless it is planned again */
export function describeCancelled(source: string, cancelled: readonly TimeRange[]): string {
  if (cancelled.length === 0) return `No backfill of "${source}" is unfinished there.`;
  const ranges = cancelled.map(({ from, until }) => `${formatTime(from)} to ${formatTime(until)}`);
  return `Cancelled ${ranges.join(", ")} of "${source}". What is archived stays; "audit-lake backfill" can plan the rest again.`;
}

function formatDollars(dollars: number): string {
  return `$${dollars.toFixed(2)}`;
}
