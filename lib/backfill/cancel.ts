import { withLease } from "../run/lease.ts";
import { overlaps, type TimeRange, toIsoSeconds } from "../time.ts";
import { BackfillPlanError, type BackfillPorts, spansOf } from "./plan.ts";

/** Time enough to write an item. */
const CANCEL_MS = 60_000;

/**
 * Cancel what is unfinished of the backfills of a range: from then on each of their
 * spans ends where it has come to. What lies above was never planned, so it holds up
 * no seal, and a later plan can have it.
 *
 * @param owner - of the lease on each span while it is cancelled
 * @returns what was cancelled, oldest first
 * @throws {BackfillPlanError} when one of them is at work
 */
export async function cancelBackfill(
  ports: Pick<BackfillPorts, "checkpoints" | "clock">,
  source: string,
  range: TimeRange,
  owner: string,
): Promise<TimeRange[]> {
  const unfinished = spansOf(await ports.checkpoints.writers(source)).filter(
    ({ span, watermark }) => watermark < span.until && overlaps(span, range),
  );
  const cancelled: TimeRange[] = [];
  for (const { span, status } of unfinished) {
    const writer = status.writer;
    const deadlineMs = ports.clock.nowMs() + CANCEL_MS;
    const done = await withLease(
      ports,
      { source, writer, owner, deadlineMs, rangesFor: () => [span] },
      async (lease, checkpoint) => {
        if (checkpoint === undefined || checkpoint.watermark >= span.until) return;
        const { pageCursor: _, ...kept } = checkpoint;
        await lease.save({ ...kept, cancelled: true });
        cancelled.push({ from: checkpoint.watermark, until: span.until });
      },
    );
    if (!done.held) {
      throw new BackfillPlanError(
        `the backfill from ${toIsoSeconds(span.from)} to ${toIsoSeconds(span.until)} is at work: stop it, and cancel it then`,
      );
    }
  }
  return cancelled.sort((a, b) => a.from - b.from);
}
