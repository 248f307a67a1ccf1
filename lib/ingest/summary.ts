import type { Clock } from "../ports.ts";
import { addLateness, countLate, type LatenessHistogram, sumLateness } from "../run/lateness.ts";
import { withFailure } from "../run/outcome.ts";
import type { StoredPage } from "../run/store-page.ts";
import type { LogsPage } from "../slack/page.ts";
import { nowSeconds, type TimeRange } from "../time.ts";

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
  lateness: LatenessHistogram;
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
  /** Epoch seconds: Slack refuses to list what is before them; absent when it refused nothing. */
  refusedUntil?: number;
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

const NOTHING_LATE: LatenessHistogram = {};

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
  refusedUntil: number | undefined;
  span: TimeRange = { from: 0, until: 0 };

  constructor(source: string, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /**
   * @param watermark - as it stood when the page was stored, epoch seconds
   * @returns how late the late ones of the page were
   */
  addPage({ table }: LogsPage, stored: StoredPage, watermark: number): LatenessHistogram {
    const now = nowSeconds(this.#clock);
    const lateness = stored.added
      .map((row) => table.dateCreateOf(row))
      .filter((dateCreate) => dateCreate < watermark)
      .reduce((sum, dateCreate) => addLateness(sum, now - dateCreate), NOTHING_LATE);
    if (lateness !== NOTHING_LATE) this.#lateness = sumLateness([this.#lateness, lateness]);
    const counts = this.#counts;
    counts.pages += 1;
    counts.entries += stored.added.length;
    counts.duplicatesDropped += stored.duplicates.length;
    counts.quarantined += stored.quarantined;
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
    const now = nowSeconds(this.#clock);
    return {
      source: this.#source,
      outcome,
      ...this.#counts,
      lateEntries: countLate(this.#lateness),
      lateness: this.#lateness,
      watermark: this.watermark,
      lagSeconds: this.watermark === null ? null : Math.max(0, now - this.watermark),
      ...(this.refusedUntil === undefined ? {} : { refusedUntil: this.refusedUntil }),
      ...(this.notBefore === undefined ? {} : { notBefore: this.notBefore }),
    };
  }

  failure(thrown: unknown): IngestSummary {
    return withFailure(this.summary("failed"), thrown);
  }
}
