import type { Stored } from "../archive/archive.ts";
import type { Clock } from "../ports.ts";
import { addLateness, countLate, type Lateness, sumLateness } from "../run/lateness.ts";
import type { TimeRange } from "../time.ts";

/**
 * Why a run ended.
 *
 * - `caught_up`: everything up to the settle delay, or to `until`, is archived
 * - `out_of_time`: the deadline came first; the next run goes on
 * - `throttled`: Slack asked to wait longer than this run lasts; see `notBefore`
 * - `interrupted`: the caller's signal ended it; the state is saved
 * - `lease_held`: another run is at work on this source; nothing was done
 * - `lease_lost`: this process stood still for so long that another run took over
 * - `failed`: see `error`; what was stored before it stays stored
 */
export type IngestOutcome =
  | "caught_up"
  | "out_of_time"
  | "throttled"
  | "interrupted"
  | "lease_held"
  | "lease_lost"
  | "failed";

/** What one run did. Counts are of this run only. */
export interface IngestSummary {
  source: string;
  outcome: IngestOutcome;
  /** Windows listed to their end. */
  windows: number;
  pages: number;
  /** Entries written to the archive. */
  entries: number;
  /** Those among them that appeared below the watermark, after their time. */
  lateEntries: number;
  /** How late those were at most. */
  lateness: Lateness;
  /** Entries left out because they were archived before. */
  duplicatesDropped: number;
  /** Entries without a usable id or date_create, kept under `quarantine/`. */
  quarantined: number;
  /** Objects written, quarantine aside. */
  objects: number;
  /** Their size, compressed. */
  bytes: number;
  /** Epoch seconds: every entry seen below it is archived; null when the source was not opened. */
  watermark: number | null;
  /** From the watermark to now, in seconds. */
  lagSeconds: number | null;
  /** Epoch milliseconds before which Slack asked not to be called. */
  notBefore?: number;
  error?: { name: string; code: string; message: string };
}

/** Where a run stands, after each page. */
export interface IngestProgress {
  /** What the run has to cover, and how far it has come; epoch seconds. */
  span: TimeRange;
  position: number;
  entries: number;
  pages: number;
  /** Epoch milliseconds, while the run waits because Slack asked for it. */
  waitingUntilMs?: number;
}

const NOTHING_LATE: Lateness = {};

/** Counts what a run does. */
export class RunCounts {
  readonly #source: string;
  readonly #clock: Clock;
  #counts = {
    windows: 0,
    pages: 0,
    entries: 0,
    duplicatesDropped: 0,
    quarantined: 0,
    objects: 0,
    bytes: 0,
  };
  #lateness = NOTHING_LATE;
  #position: number | undefined;
  watermark: number | null = null;
  notBefore: number | undefined;
  span: TimeRange = { from: 0, until: 0 };

  constructor(source: string, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /**
   * @param watermark - as it stood when the page was stored, epoch seconds
   * @returns how late the late ones of the page were
   */
  addPage(stored: Stored, quarantined: number, watermark: number): Lateness {
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1000);
    const lateness = stored.added
      .filter(({ dateCreate }) => dateCreate < watermark)
      .reduce((sum, { dateCreate }) => addLateness(sum, nowSeconds - dateCreate), NOTHING_LATE);
    if (lateness !== NOTHING_LATE) this.#lateness = sumLateness([this.#lateness, lateness]);
    const counts = this.#counts;
    counts.pages += 1;
    counts.entries += stored.added.length;
    counts.duplicatesDropped += stored.duplicates.length;
    counts.quarantined += quarantined;
    counts.objects += stored.objects;
    counts.bytes += stored.bytes;
    return lateness;
  }

  /** @param completed - the window that was listed to its end, if one was */
  addCommit(watermark: number, completed: TimeRange | undefined): void {
    this.watermark = watermark;
    if (completed !== undefined) {
      this.#counts.windows += 1;
      this.#position = completed.until;
    }
  }

  progress(): IngestProgress {
    const { entries, pages } = this.#counts;
    return { span: this.span, position: this.#position ?? this.span.from, entries, pages };
  }

  summary(outcome: IngestOutcome): IngestSummary {
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1000);
    return {
      source: this.#source,
      outcome,
      ...this.#counts,
      lateEntries: countLate(this.#lateness),
      lateness: this.#lateness,
      watermark: this.watermark,
      lagSeconds: this.watermark === null ? null : Math.max(0, nowSeconds - this.watermark),
      ...(this.notBefore === undefined ? {} : { notBefore: this.notBefore }),
    };
  }

  failure(thrown: unknown): IngestSummary {
    return withFailure(this.summary("failed"), thrown);
  }
}

/** A summary that carries the thrown error itself too, out of sight of JSON; see {@link causeOf}. */
export function withFailure<Summary extends { outcome: string }>(
  summary: Summary,
  thrown: unknown,
): Summary & { outcome: "failed" } {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = "code" in error && typeof error.code === "string" ? error.code : "unexpected";
  const { name, message } = error;
  const failed = { ...summary, outcome: "failed" as const, error: { name, code, message } };
  return Object.defineProperty(failed, "cause", { value: error, enumerable: false });
}

/** The error that ended a failed run, with its stack, for callers that throw it on. */
export function causeOf(summary: object): Error | undefined {
  return "cause" in summary && summary.cause instanceof Error ? summary.cause : undefined;
}
