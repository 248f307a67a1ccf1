import type { Checkpoint } from "../ports.ts";

/** Epoch seconds below which a live run with this checkpoint will never look, let alone write. */
export function reachesBackTo(live: Checkpoint, allowedLatenessSeconds: number): number {
  const { start, watermark, lateScannedAt = start, lateScanPosition, pageCursor } = live;
  return Math.max(
    start,
    Math.min(
      watermark,
      lateScanPosition ?? watermark,
      pageCursor?.oldest ?? watermark,
      allowedLatenessSeconds > 0
        ? Math.min(watermark, lateScannedAt) - allowedLatenessSeconds
        : watermark,
    ),
  );
}
