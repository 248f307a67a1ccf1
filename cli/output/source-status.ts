import { liveWriter, sourceOfWriter } from "../../lib/archive/writer.ts";
import type { CheckpointStatus, Claim, WriterStatus } from "../../lib/ports.ts";
import { END_OF_TIME } from "../../lib/time.ts";
import { formatSeconds, formatTime } from "./format.ts";
import type { StatusLine } from "./table.ts";

/** How far a source is. Times are epoch seconds unless the name ends in `Ms`. */
export interface SourceProgress {
  source: string;
  /** Where the archive begins and up to where it is complete; null when only imports filled it. */
  start: number | null;
  watermark: number | null;
  lagSeconds: number | null;
  /** The current run, or the last one if its process died. */
  lease: { owner: string; expiresAtMs: number } | null;
  notBeforeMs: number | null;
  lateScannedAt: number | null;
  /** How far an unfinished late scan has come. */
  lateScanPosition: number | null;
  /** Who may write now, and to which time. `until` is null where it has no end. */
  claims: {
    writer: string;
    owner: string;
    from: number;
    until: number | null;
    expiresAtMs: number;
  }[];
}

/** The writer of the regular runs; absent when the source never ran. */
export function liveOf(writers: readonly WriterStatus[] = []): WriterStatus | undefined {
  return writers.find(({ writer }) => writer === liveWriter(sourceOfWriter(writer)));
}

/**
 * @param status - absent when the source never ran
 * @param claims - of the source; one that has expired may be of a process that has died
 */
export function toSourceProgress(
  source: string,
  status: CheckpointStatus | undefined,
  claims: readonly Claim[],
  nowSeconds: number,
): SourceProgress {
  const { checkpoint, lease } = status ?? {};
  return {
    source,
    start: checkpoint?.start ?? null,
    watermark: checkpoint?.watermark ?? null,
    lagSeconds: checkpoint ? Math.max(0, nowSeconds - checkpoint.watermark) : null,
    lease: lease ? { owner: lease.owner, expiresAtMs: lease.expiresAt } : null,
    notBeforeMs: checkpoint?.notBefore ?? null,
    lateScannedAt: checkpoint?.lateScannedAt ?? null,
    lateScanPosition: checkpoint?.lateScanPosition ?? null,
    claims: claims.map(({ writer, owner, range, expiresAt }) => ({
      ...{ writer, owner, from: range.from, expiresAtMs: expiresAt },
      until: range.until >= END_OF_TIME ? null : range.until,
    })),
  };
}

/**
 * The same, for people.
 *
 * @param noStart - shown when there is no start yet
 */
export function describeSourceProgress(
  {
    start,
    watermark,
    lagSeconds,
    lease,
    notBeforeMs,
    lateScanPosition,
    lateScannedAt,
    claims,
  }: SourceProgress,
  noStart: string,
): StatusLine[] {
  return [
    ["complete from", start === null ? noStart : formatTime(start)],
    ["complete to", watermark === null ? "-" : formatTime(watermark)],
    ["lag", lagSeconds === null ? "-" : formatSeconds(lagSeconds)],
    ["late scan", describeLateScan(lateScanPosition, lateScannedAt)],
    [
      "current run",
      lease === null ? "none" : `${lease.owner}, until ${formatMs(lease.expiresAtMs)}`,
    ],
    ...claims.map(({ writer, from, until, expiresAtMs }) => {
      const range = `from ${formatTime(from)}${until === null ? " on" : ` until ${formatTime(until)}`}`;
      return ["claimed", `${writer}: ${range}; expires ${formatMs(expiresAtMs)}`] as const;
    }),
    ...(notBeforeMs === null ? [] : [["not before", formatMs(notBeforeMs)] as const]),
  ];
}

function describeLateScan(position: number | null, scannedAt: number | null): string {
  if (position !== null) return `in progress, at ${formatTime(position)}`;
  return scannedAt === null ? "none yet" : `last started ${formatTime(scannedAt)}`;
}

/** @param epochMs - milliseconds since the Unix epoch */
export function formatMs(epochMs: number): string {
  return formatTime(Math.floor(epochMs / 1000));
}
