import { liveWriter, sourceOfWriter } from "../../lib/archive/writer.ts";
import { completeRanges } from "../../lib/backfill/complete-ranges.ts";
import type { Claim, WriterStatus } from "../../lib/ports.ts";
import { END_OF_TIME, type TimeRange } from "../../lib/time.ts";
import { formatSeconds, formatTime, limitList } from "./format.ts";
import type { StatusLine } from "./status-lines.ts";

/** How far a source is. Times are epoch seconds unless the name ends in `Ms`. */
export interface SourceProgress {
  source: string;
  /** Where the archive begins and up to where it is complete; null when only imports filled it. */
  start: number | null;
  watermark: number | null;
  lagSeconds: number | null;
  /** The time that is complete, backfills included, oldest first; what is between them is missing. */
  complete: TimeRange[];
  /** The current run; or, of a deployed stack, the last one if it died. */
  lease: { owner: string; expiresAtMs: number } | null;
  /** Owner of the last lease when its process on this machine is gone; absent otherwise. */
  diedHolder?: string;
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

/** A writer; without its lease when the holder is known to have died. */
export interface KnownWriter extends WriterStatus {
  diedHolder?: string;
}

/** The writer of the regular runs; absent when the source never ran. */
export function liveOf(writers: readonly KnownWriter[] = []): KnownWriter | undefined {
  return writers.find(({ writer }) => writer === liveWriter(sourceOfWriter(writer)));
}

/**
 * @param writers - of the source; none when it never ran
 * @param claims - of the source; one that has expired may be of a process that has died
 */
export function toSourceProgress(
  source: string,
  writers: readonly KnownWriter[] = [],
  claims: readonly Claim[] = [],
  nowSeconds: number,
): SourceProgress {
  const { checkpoint, lease, diedHolder } = liveOf(writers) ?? {};
  return {
    source,
    start: checkpoint?.start ?? null,
    watermark: checkpoint?.watermark ?? null,
    lagSeconds: checkpoint ? Math.max(0, nowSeconds - checkpoint.watermark) : null,
    complete: completeRanges(source, writers),
    lease: lease ? { owner: lease.owner, expiresAtMs: lease.expiresAt } : null,
    ...(diedHolder === undefined ? {} : { diedHolder }),
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
    complete,
    lease,
    diedHolder,
    notBeforeMs,
    lateScanPosition,
    lateScannedAt,
    claims,
  }: SourceProgress,
  noStart: string,
): StatusLine[] {
  const isEmpty = complete.length === 0;
  return [
    ["complete from", describeStart(complete, start) ?? noStart],
    ...describeGaps(complete),
    ["complete to", watermark === null || isEmpty ? "-" : formatTime(watermark)],
    ["lag", lagSeconds === null || isEmpty ? "-" : formatSeconds(lagSeconds)],
    ["late scan", start === null ? "-" : describeLateScan(lateScanPosition, lateScannedAt)],
    [
      "current run",
      lease === null
        ? describeNoRun(diedHolder)
        : `${lease.owner}, until ${formatMs(lease.expiresAtMs)}`,
    ],
    ...claims.map(({ writer, from, until, expiresAtMs }) => {
      const range = `from ${formatTime(from)}${until === null ? " on" : ` until ${formatTime(until)}`}`;
      return ["claimed", `${writer}: ${range}; expires ${formatMs(expiresAtMs)}`] as const;
    }),
    ...(notBeforeMs === null ? [] : [["not before", formatMs(notBeforeMs)] as const]),
  ];
}

function describeStart([first]: readonly TimeRange[], start: number | null): string | undefined {
  if (first !== undefined) return formatTime(first.from);
  return start === null ? undefined : `nothing yet; the first run begins at ${formatTime(start)}`;
}

function describeNoRun(diedHolder: string | undefined): string {
  return diedHolder === undefined
    ? "none"
    : `none: ${diedHolder} died at work; the next run goes on where it was`;
}

/** Gaps shown; `--json` has the ranges between them all. */
const GAPS_MAX = 10;

function describeGaps(complete: readonly TimeRange[]): StatusLine[] {
  const gaps = complete
    .slice(1)
    .map(({ from }, i) => `${formatTime(complete[i]?.until ?? 0)} to ${formatTime(from)}`);
  return limitList(gaps, GAPS_MAX).map((gap, i) => [i === 0 ? "missing" : "", gap] as const);
}

function describeLateScan(position: number | null, scannedAt: number | null): string {
  if (position !== null) return `in progress, at ${formatTime(position)}`;
  return scannedAt === null ? "none yet" : `last started ${formatTime(scannedAt)}`;
}

/** @param epochMs - milliseconds since the Unix epoch */
export function formatMs(epochMs: number): string {
  return formatTime(Math.floor(epochMs / 1000));
}
