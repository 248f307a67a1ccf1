import type { Estimate } from "../../lib/backfill/estimate.ts";
import type { BackfillProgress } from "../../lib/backfill/progress.ts";
import type { TimeRange } from "../../lib/time.ts";
import { formatCount, formatCounted, formatSeconds, formatTime } from "./format.ts";
import { renderStatusLines } from "./table.ts";

type Facts = (readonly [name: string, value: string])[];

/** @param left - what is to be brought in */
export function describeEstimate(estimate: Estimate, left: readonly TimeRange[]): string {
  const [first, last] = [left.at(0), left.at(-1)];
  if (first === undefined || last === undefined) return "All of it is archived.";
  const { entries, calls, minutes, dollars, dollarsPerMonth, samples } = estimate;
  return renderStatusLines([
    ["to bring in", `${formatTime(first.from)} to ${formatTime(last.until)}`],
    [
      "estimate",
      `about ${formatCounted(entries, "entry", "entries")}, from ${formatCounted(samples, "sample")} of an hour`,
    ],
    ["calls", `about ${formatCount(calls)}, ${formatSeconds(minutes * 60)} at 40 a minute`],
    [
      "on AWS",
      `about ${formatDollars(dollars)}, and ${formatDollars(dollarsPerMonth)} a month to keep it`,
    ],
  ]);
}

/** How far the backfills of a source have come, for people. */
export function describeBackfill(progress: BackfillProgress): Facts {
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
            `${formatCounted(progress.running, "run")} at work, ${progress.minutesLeft === null ? "not begun" : `about ${formatSeconds(progress.minutesLeft * 60)} of work left`}`,
          ] as const,
        ]),
  ];
}

function formatDollars(dollars: number): string {
  return `$${dollars.toFixed(2)}`;
}
