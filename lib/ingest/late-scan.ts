import type { Checkpoint } from "../ports.ts";

interface LateScanSettings {
  /** Epoch seconds. */
  now: number;
  /** Epoch seconds at which the run's walk ends, excluded. */
  end: number;
  /** Epoch seconds: below it, the run may write nothing. */
  claimedFrom: number;
  /** Seconds; zero: never go back. */
  allowedLatenessSeconds: number;
}

/**
 * Go back and list again what was listed early, if that is due.
 *
 * From `allowedLateness` before the last late scan: whatever became visible
 * since then, up to `allowedLateness` after its event, lies behind that
 * second. Going back from the watermark instead would leave a gap whenever
 * two late scans are further apart than the settle delay (ADR 3).
 *
 * A run with a backlog does without when all below the watermark was listed
 * at an age at which nothing may become visible any more; or the scans could
 * take the calls that the backlog needs.
 *
 * @returns the checkpoint with which the run begins
 */
export function beginLateScan(
  checkpoint: Checkpoint,
  { now, end, claimedFrom, allowedLatenessSeconds }: LateScanSettings,
): Checkpoint {
  const { start, watermark, lateScannedAt = start } = checkpoint;
  const isDue =
    allowedLatenessSeconds > 0 &&
    checkpoint.lateScanPosition === undefined &&
    // A half-read window is finished first, or a huge one would never be.
    checkpoint.pageCursor === undefined &&
    watermark > start &&
    now - lateScannedAt >= allowedLatenessSeconds;
  if (!isDue) return checkpoint;
  const isBehind = end - watermark > allowedLatenessSeconds;
  const isSettled = watermark <= lateScannedAt - allowedLatenessSeconds;
  const lateScanPosition = Math.max(
    start,
    Math.min(watermark, lateScannedAt) - allowedLatenessSeconds,
  );
  if (lateScanPosition < claimedFrom) return checkpoint;
  return {
    ...checkpoint,
    lateScannedAt: now,
    ...(isBehind && isSettled ? {} : { lateScanPosition }),
  };
}
