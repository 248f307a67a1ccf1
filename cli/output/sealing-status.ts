import { sealWriter } from "../../lib/archive/writer.ts";
import type { Sealing, WriterStatus } from "../../lib/ports.ts";
import { latenessBound } from "../../lib/run/lateness.ts";
import { type LatenessReport, latenessReport } from "../../lib/seal/lateness-report.ts";
import { SECONDS_PER_DAY, startOfDay } from "../../lib/time.ts";
import { formatCount, formatCounted, formatSeconds, limitList } from "./format.ts";
import { formatMs } from "./source-status.ts";
import type { StatusLine } from "./status-lines.ts";

/** Sealed days in a row, `YYYY-MM-DD`, both included. */
interface SealedRow {
  from: string;
  to: string;
}

/** What sealing knows of a source. */
export interface SealingStatus {
  /** The newest manifest of the chain; its number counts all manifests. Null before the first. */
  head: Sealing["head"];
  /** Oldest first; absent where they were not listed. */
  sealed?: SealedRow[];
  /** Null when no run has counted late entries yet. */
  lateness: LatenessReport | null;
}

export function toSealingStatus(
  source: string,
  writers: readonly WriterStatus[] = [],
  days?: readonly string[],
): SealingStatus {
  const seal = writers.find(({ writer }) => writer === sealWriter(source));
  return {
    head: seal?.checkpoint?.closing?.head ?? null,
    ...(days === undefined ? {} : { sealed: toRows(days) }),
    lateness: latenessReport(source, writers) ?? null,
  };
}

function toRows(days: readonly string[]): SealedRow[] {
  const rows: SealedRow[] = [];
  for (const day of days) {
    const last = rows.at(-1);
    if (last !== undefined && startOfDay(day) === startOfDay(last.to) + SECONDS_PER_DAY) {
      last.to = day;
    } else {
      rows.push({ from: day, to: day });
    }
  }
  return rows;
}

/** Rows shown; `--json` has them all. */
const ROWS_MAX = 10;

function describeRows(rows: readonly SealedRow[]): StatusLine[] {
  const ranges = rows.map(({ from, to }) => (from === to ? from : `${from} to ${to}`));
  return limitList(ranges, ROWS_MAX).map((row) => ["", row]);
}

/** The same, for people. */
export function describeSealing({ head, sealed = [], lateness }: SealingStatus): StatusLine[] {
  return [
    ...describeSealed(head, sealed),
    ...(lateness === null ? [] : describeLateness(lateness)),
  ];
}

/** A copy without checkpoints has manifests, but no record of which is the newest of the chain. */
function describeSealed(head: Sealing["head"], sealed: readonly SealedRow[]): StatusLine[] {
  if (head !== null) {
    return [
      ["sealed", `${formatCounted(head.sequence, "manifest")}, last ${head.day}`],
      ...describeRows(sealed),
      ["head", head.sha256],
    ];
  }
  if (sealed.length === 0) return [];
  const days = sealed.reduce(
    (sum, { from, to }) => sum + (startOfDay(to) - startOfDay(from)) / SECONDS_PER_DAY + 1,
    0,
  );
  return [["sealed", formatCounted(days, "day")], ...describeRows(sealed)];
}

function describeLateness({ live, closed, recommended }: LatenessReport) {
  const { entries, late, lateness, settleDelaySeconds, allowedLatenessSeconds } = live;
  const bound = latenessBound(lateness);
  const atMost = bound === undefined ? "" : `, by less than ${formatSeconds(bound)}`;
  const changes = [
    describeChange("settleDelay", settleDelaySeconds, recommended.settleDelaySeconds),
    describeChange("allowedLateness", allowedLatenessSeconds, recommended.allowedLatenessSeconds),
  ].filter((change) => change !== undefined);
  const ofEntries = formatCounted(entries, "entry", "entries");
  return [
    [
      "late",
      `${describeShare(late, entries)} of ${ofEntries} since ${formatMs(live.sinceMs)}${atMost}`,
    ],
    ...(closed.days === 0
      ? []
      : [
          [
            "",
            `${describeShare(closed.late, closed.entries)} of ${formatCount(closed.entries)} found only when ${formatCounted(closed.days, "day")} ${closed.days === 1 ? "was" : "were"} sealed`,
          ] as const,
        ]),
    ...(changes.length === 0 ? [] : [["recommended", changes.join(", ")] as const]),
  ] as const;
}

function describeChange(name: string, seconds: number, recommended: number): string | undefined {
  return recommended === seconds
    ? undefined
    : `${name} ${formatSeconds(recommended)} instead of ${formatSeconds(seconds)}`;
}

/** `12 (0.4%)` */
function describeShare(count: number, all: number): string {
  const share = new Intl.NumberFormat("en-US", { style: "percent", maximumSignificantDigits: 2 });
  return count === 0 ? "none" : `${formatCount(count)} (${share.format(count / all)})`;
}
