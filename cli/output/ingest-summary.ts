import type { IngestOutcome, IngestSummary } from "../../lib/ingest/summary.ts";
import { formatBytes, formatCount, formatSeconds, formatTime } from "./format.ts";
import { renderStatusLines } from "./status-lines.ts";

const OUTCOMES: Record<IngestOutcome, string> = {
  caught_up: "caught up",
  out_of_time: "out of time; run the same command again to continue",
  throttled: "throttled by Slack; run the same command again later to continue",
  interrupted: "interrupted, with everything saved; run the same command again to continue",
  lease_held: "nothing done: another run of this source is active",
  lease_lost: "stopped: another run has taken over",
  failed: "failed; what was stored before the failure is kept",
};

/** A run's summary, for people. */
export function describeSummary(summary: IngestSummary, directory: string): string {
  const { outcome, entries, lateEntries, objects, bytes, watermark, lagSeconds } = summary;
  return renderStatusLines([
    ["outcome", OUTCOMES[outcome]],
    ["archive", `${directory}/audit_logs/source=${summary.source}/`],
    ["entries", `${formatCount(entries)} stored, of which ${formatCount(lateEntries)} late`],
    ["dropped", `${formatCount(summary.duplicatesDropped)} that were already archived`],
    ["quarantined", formatCount(summary.quarantined)],
    ["objects", `${formatCount(objects)}, ${formatBytes(bytes)}`],
    ["pages", `${formatCount(summary.pages)} in ${formatCount(summary.windows)} windows`],
    ...(watermark === null || lagSeconds === null
      ? []
      : [["complete to", `${formatTime(watermark)}, ${formatSeconds(lagSeconds)} ago`] as const]),
    ...(summary.notBefore === undefined
      ? []
      : [["not before", formatTime(Math.ceil(summary.notBefore / 1000))] as const]),
  ]);
}
