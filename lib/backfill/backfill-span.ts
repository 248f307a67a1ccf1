import { backfillWriter, liveWriter } from "../archive/writer.ts";
import { type IngestLimits, type IngestPorts, ingest } from "../ingest/ingest.ts";
import { type IngestSummary, RunCounts } from "../ingest/summary.ts";
import type { WriterStatus } from "../ports.ts";
import type { TimeRange } from "../time.ts";

export interface BackfillSettings {
  source: string;
  /** One of a plan. */
  span: TimeRange;
  /** Lease owner, unique to this run. */
  owner: string;
  /** Entries asked for in one page, 1 to 9999. */
  pageLimit: number;
}

/**
 * One run over one span of the past: the engine of the live runs, in a writer of
 * its own.
 *
 * The live runs go first: nothing is called while Slack has them wait, and a
 * 429 ends the run (see `createSlackSource`, `backgroundCallsPerMinute`).
 *
 * @returns as `ingest`; `lease_held` also while a day of the span is being sealed
 */
export async function backfillSpan(
  ports: IngestPorts,
  { source, span, owner, pageLimit }: BackfillSettings,
  limits: IngestLimits,
): Promise<IngestSummary> {
  const { checkpoints, clock } = ports;
  const counts = new RunCounts(source, clock);
  let writers: WriterStatus[];
  try {
    writers = await checkpoints.writers(source);
  } catch (error) {
    return counts.failure(error);
  }
  const writer = (name: string) => writers.find((status) => status.writer === name);
  const { notBefore = 0 } = writer(liveWriter(source))?.checkpoint ?? {};
  if (notBefore > clock.nowMs()) {
    counts.notBefore = notBefore;
    return counts.summary("throttled");
  }
  return ingest(
    ports,
    {
      source,
      owner,
      pageLimit,
      writer: backfillWriter(source, span),
      firstStart: span.from,
      until: span.until,
      // It is long over: nothing is still to appear.
      settleDelaySeconds: 0,
      allowedLatenessSeconds: 0,
      crossesHours: true,
    },
    limits,
  );
}
