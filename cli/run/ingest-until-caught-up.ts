import {
  type IngestLimits,
  type IngestPorts,
  type IngestSettings,
  ingest,
} from "../../lib/ingest/ingest.ts";
import type { IngestSummary } from "../../lib/ingest/summary.ts";
import { sumLateness } from "../../lib/run/lateness.ts";
import { causeOf } from "../../lib/run/outcome.ts";
import { leaseOwner } from "./lease-owner.ts";
import { type RunLimits, runUntilDone } from "./run-until-done.ts";

/** While a long run worked, new entries came: above this lag there is one more run. */
const LAG_ALLOWED_SECONDS = 60;

/**
 * Run until the archive has caught up or the time is up.
 *
 * @returns the last run's summary, with the counts of all runs, and its error's {@link causeOf}
 */
export async function ingestUntilCaughtUp(
  ports: IngestPorts,
  settings: Omit<IngestSettings, "owner">,
  limits: RunLimits & IngestLimits,
): Promise<{ summary: IngestSummary; cause: Error | undefined }> {
  const { deadlineMs, signal, onProgress } = limits;
  const { runs, isInterrupted } = await runUntilDone<IngestSummary>(
    (before) => {
      const entriesBefore = before.reduce((sum, { entries }) => sum + entries, 0);
      return ingest(
        ports,
        { ...settings, owner: leaseOwner() },
        {
          deadlineMs,
          signal,
          onProgress: (progress) =>
            onProgress?.({ ...progress, entries: entriesBefore + progress.entries }),
        },
      );
    },
    (run) => run.outcome === "caught_up" && isBehind(run, settings),
    ports.clock,
    limits,
  );
  const summary = addUp(runs);
  return isInterrupted
    ? { summary: { ...summary, outcome: "interrupted" }, cause: undefined }
    : { summary, cause: causeOf(runs.at(-1) ?? summary) };
}

function isBehind(
  run: IngestSummary,
  { settleDelaySeconds, until }: Omit<IngestSettings, "owner">,
): boolean {
  const lagMax = settleDelaySeconds + LAG_ALLOWED_SECONDS;
  return until === undefined && (run.lagSeconds ?? 0) > lagMax;
}

function addUp(runs: readonly IngestSummary[]): IngestSummary {
  return runs.reduce((before, run) => ({
    ...run,
    windows: before.windows + run.windows,
    pages: before.pages + run.pages,
    entries: before.entries + run.entries,
    lateEntries: before.lateEntries + run.lateEntries,
    lateness: sumLateness([before.lateness, run.lateness]),
    duplicatesDropped: before.duplicatesDropped + run.duplicatesDropped,
    quarantined: before.quarantined + run.quarantined,
    objects: before.objects + run.objects,
    bytes: before.bytes + run.bytes,
  }));
}
