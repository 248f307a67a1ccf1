import type { WriterStatus } from "../ports.ts";
import { BACKGROUND_CALLS_PER_MINUTE } from "../run/background-pacer.ts";
import { spansOf } from "./plan.ts";

/** How far the backfills of a source have come, all plans together. */
export interface BackfillProgress {
  spans: number;
  spansDone: number;
  /** Epoch seconds: the earliest that was asked for, and the latest, excluded. */
  from: number;
  until: number;
  /** Of event time. */
  secondsTotal: number;
  secondsDone: number;
  /** Entries that Slack listed in what is done, and the calls that took. */
  entries: number;
  calls: number;
  /** Since the first run, pauses included; null before two writes. */
  entriesPerMinute: number | null;
  /** Runs that are at work, or were when their process died. */
  running: number;
  /** Of work, at the rate at which a backfill calls; null while nothing is done. */
  minutesLeft: number | null;
}

/** @returns nothing when there never was a backfill */
export function backfillProgress(
  writers: readonly WriterStatus[],
  nowMs: number,
): BackfillProgress | undefined {
  const spans = spansOf(writers);
  if (spans.length === 0) {
    return undefined;
  }
  const sum = (count: (span: (typeof spans)[number]) => number) =>
    spans.reduce((total, span) => total + count(span), 0);
  const tallied = (name: "entries" | "pages") =>
    sum(({ status }) => status.checkpoint?.tally?.[name] ?? 0);
  const secondsTotal = sum(({ span }) => span.until - span.from);
  const secondsDone = sum(({ span, watermark }) => Math.min(watermark, span.until) - span.from);
  const [entries, calls] = [tallied("entries"), tallied("pages")];
  const begun = spans.filter(({ status }) => status.checkpoint?.tally?.startedAtMs);
  const startedAtMs = Math.min(
    ...begun.map(({ status }) => status.checkpoint?.tally?.startedAtMs ?? nowMs),
  );
  const updatedAtMs = Math.max(...begun.map(({ status }) => status.updatedAt));
  const minutes = (updatedAtMs - startedAtMs) / 60_000;
  const callsLeft = secondsDone > 0 ? (calls / secondsDone) * (secondsTotal - secondsDone) : null;
  return {
    spans: spans.length,
    spansDone: spans.filter(({ span, watermark }) => watermark >= span.until).length,
    from: Math.min(...spans.map(({ span }) => span.from)),
    until: Math.max(...spans.map(({ span }) => span.until)),
    secondsTotal,
    secondsDone,
    entries,
    calls,
    entriesPerMinute: minutes > 0 ? Math.round(entries / minutes) : null,
    running: spans.filter(({ status }) => (status.lease?.expiresAt ?? 0) > nowMs).length,
    minutesLeft: callsLeft === null ? null : Math.ceil(callsLeft / BACKGROUND_CALLS_PER_MINUTE),
  };
}
