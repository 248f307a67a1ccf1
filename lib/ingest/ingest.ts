import { Archive } from "../archive/archive.ts";
import { liveWriter } from "../archive/writer.ts";
import {
  type ArchiveStore,
  type Checkpoint,
  type CheckpointStore,
  type Clock,
  LeaseLostError,
  type WriterCounts,
} from "../ports.ts";
import { addLate, currentCounts, type LatenessHistogram } from "../run/lateness.ts";
import { type WriterLease, withLease } from "../run/lease.ts";
import { type ListedPage, listPages, type SlackSource } from "../run/listing.ts";
import { earlyEndOf } from "../run/outcome.ts";
import { reachesBackTo } from "../run/reach.ts";
import { type StoredPage, storePage } from "../run/store-page.ts";
import { waitForSlack } from "../run/throttling.ts";
import { END_OF_TIME, nowSeconds, type TimeRange } from "../time.ts";
import { beginLateScan } from "./late-scan.ts";
import {
  type IngestOutcome,
  type IngestProgress,
  type IngestSummary,
  RunCounts,
} from "./summary.ts";

export interface IngestPorts {
  slack: SlackSource;
  archive: ArchiveStore;
  checkpoints: CheckpointStore;
  clock: Clock;
}

export interface IngestSettings {
  /** Name of the organization's partition in the archive. */
  source: string;
  /** Whose checkpoint and lease this run uses. @default the live one of `source` */
  writer?: string | undefined;
  /** Lease owner, unique to this run. */
  owner: string;
  /** Where the archive begins when the source never ran, epoch seconds, included. */
  firstStart: number;
  /** Where to stop, epoch seconds, excluded; without it, as close to now as `settleDelaySeconds` allows. */
  until?: number | undefined;
  /** Seconds that Slack gets to make entries visible before they are asked for. */
  settleDelaySeconds: number;
  /**
   * How late an entry may appear and still be found, in seconds. What was
   * listed is listed once more, at most once in as many seconds; zero: never.
   */
  allowedLatenessSeconds: number;
  /** Entries asked for in one page, 1 to 9999. */
  pageLimit: number;
  /** Windows may cross hours: for long spans of the past. @default false */
  crossesHours?: boolean | undefined;
}

export interface IngestLimits {
  /** Epoch milliseconds at which the last call must be over; may be `Infinity`. */
  deadlineMs: number;
  /** Ends the run soon, with its state saved. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: IngestProgress) => void) | undefined;
}

/**
 * Bring the archive of one source up to date.
 *
 * Walks event time upwards from the watermark in windows; stores what is new
 * in each; moves the watermark only after that. Whatever interrupts it, the
 * next run goes on from the saved checkpoint, and finds in the archive itself
 * what this one had stored beyond it.
 *
 * @returns what was done and why the run ended; expected ends and failures
 * alike (`outcome`), so that the work before a failure is counted too
 */
export async function ingest(
  ports: IngestPorts,
  settings: IngestSettings,
  limits: IngestLimits,
): Promise<IngestSummary> {
  const { source, owner, writer = liveWriter(source) } = settings;
  const { deadlineMs } = limits;
  const counts = new RunCounts(source, ports.clock);
  const rangesFor = (checkpoint: Checkpoint | undefined) => rangesToClaim(checkpoint, settings);
  try {
    const ended = await withLease(
      ports,
      { source, writer, owner, deadlineMs, rangesFor },
      (lease, checkpoint) => new Run(ports, settings, limits, lease, counts, checkpoint).run(),
    );
    return counts.summary(ended.held ? ended.result : "lease_held");
  } catch (error) {
    return error instanceof LeaseLostError ? counts.summary("lease_lost") : counts.failure(error);
  }
}

/**
 * What a run may write to: all that it will list. When another writer has some
 * of the time in which late entries are looked for, that waits for the next run.
 */
function rangesToClaim(
  checkpoint: Checkpoint | undefined,
  { firstStart, until, writer, allowedLatenessSeconds }: IngestSettings,
): [TimeRange, ...TimeRange[]] {
  if (writer !== undefined && until !== undefined) {
    return [{ from: firstStart, until }];
  }
  if (checkpoint === undefined) {
    return [{ from: firstStart, until: END_OF_TIME }];
  }
  const from = reachesBackTo(checkpoint, allowedLatenessSeconds);
  return [
    { from, until: END_OF_TIME },
    { from: checkpoint.watermark, until: END_OF_TIME },
  ];
}

class Run {
  readonly #ports: IngestPorts;
  readonly #settings: IngestSettings;
  readonly #limits: IngestLimits;
  readonly #lease: WriterLease;
  readonly #counts: RunCounts;
  readonly #archive: Archive;
  #checkpoint: Checkpoint;

  constructor(
    ports: IngestPorts,
    settings: IngestSettings,
    limits: IngestLimits,
    lease: WriterLease,
    counts: RunCounts,
    checkpoint: Checkpoint | undefined,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#limits = limits;
    this.#lease = lease;
    this.#counts = counts;
    const { source, firstStart: start } = settings;
    this.#archive = new Archive(ports.archive, { source, guard: lease, clock: ports.clock });
    this.#checkpoint = checkpoint ?? {
      start,
      watermark: start,
      entriesPerSecond: 0,
      // Nothing was listed before now; the first late scan is due with the next run.
      lateScannedAt: nowSeconds(ports.clock) - settings.allowedLatenessSeconds,
    };
    counts.watermark = this.#checkpoint.watermark;
  }

  async run(): Promise<IngestOutcome> {
    try {
      const { notBefore, cancelled } = this.#checkpoint;
      if (cancelled) return "caught_up"; // by whoever planned it
      const mayCall = await waitForSlack(notBefore, this.#ports.clock, {
        ...this.#limits,
        onWait: (waitingUntilMs) =>
          this.#limits.onProgress?.({ ...this.#counts.progress(), waitingUntilMs }),
      });
      if (!mayCall) {
        this.#counts.notBefore = notBefore;
        return "throttled";
      }
      return await this.#walk();
    } catch (error) {
      return this.#outcomeOf(error);
    }
  }

  async #walk(): Promise<IngestOutcome> {
    const { clock, slack } = this.#ports;
    const { settleDelaySeconds, until = Number.POSITIVE_INFINITY } = this.#settings;
    const { pageLimit, crossesHours } = this.#settings;
    const now = nowSeconds(clock);
    const end = Math.min(now - settleDelaySeconds, until);
    this.#checkpoint = beginLateScan(this.#checkpoint, {
      ...{ now, end, claimedFrom: this.#lease.range.from },
      allowedLatenessSeconds: this.#settings.allowedLatenessSeconds,
    });
    const { watermark, entriesPerSecond, firstListedSearch: search } = this.#checkpoint;
    const isLateScan = this.#isClaimed(this.#checkpoint.lateScanPosition);
    const position = (isLateScan ? this.#checkpoint.lateScanPosition : undefined) ?? watermark;
    const pageCursor = this.#isClaimed(this.#checkpoint.pageCursor?.oldest)
      ? this.#checkpoint.pageCursor
      : undefined;
    this.#counts.span = { from: position, until: Math.max(position, end) };
    // No entry was ever listed: what is below the watermark may be all refused, too.
    const mayBeginLater = entriesPerSecond === 0;
    const pages = listPages(
      slack,
      {
        ...{ position, end, now, pageCursor, entriesPerSecond, pageLimit, crossesHours },
        ...{ mayBeginLater, search },
      },
      this.#limits,
    );
    for await (const listed of pages) {
      const stored = await storePage(this.#archive, listed);
      await this.#commit(listed, stored);
      listed.page.release();
      this.#limits.onProgress?.(this.#counts.progress());
    }
    return "caught_up";
  }

  /** Whether a part of the walk may be written to by this run; what is not there is. */
  #isClaimed(epochSeconds: number | undefined): boolean {
    return epochSeconds === undefined || epochSeconds >= this.#lease.range.from;
  }

  async #commit(listed: ListedPage, stored: StoredPage): Promise<void> {
    const { window, page, next, entriesPerSecond, isRefused, search } = listed;
    const { watermark, lateScanPosition } = this.#checkpoint;
    const lateness = this.#counts.addPage(page, stored, watermark);
    const isComplete = next === undefined;
    const isBelowWatermark = window.until < watermark;
    const checkpoint: Checkpoint = {
      ...this.#checkpoint,
      entriesPerSecond,
      notBefore: undefined,
      pageCursor: next,
      firstListedSearch: search,
      watermark: isComplete ? Math.max(watermark, window.until) : watermark,
      lateScanPosition:
        isComplete && this.#isClaimed(lateScanPosition)
          ? isBelowWatermark
            ? window.until
            : undefined
          : lateScanPosition,
      tally: this.#counted(window, stored, lateness),
    };
    await this.#save(checkpoint);
    this.#counts.addCommit(checkpoint.watermark, isComplete ? window : undefined);
    if (isRefused) this.#counts.refusedUntil = window.until;
  }

  /** What is listed for the first time counts whole: an earlier run may have stored it and not come to save. */
  #counted(
    { from }: TimeRange,
    { added, duplicates }: StoredPage,
    lateness: LatenessHistogram,
  ): WriterCounts {
    const { settleDelaySeconds, allowedLatenessSeconds } = this.#settings;
    const { watermark } = this.#checkpoint;
    const isFirstListing = from >= watermark;
    const nowMs = this.#ports.clock.nowMs();
    // A backfill is counted whole: nothing of it is late.
    const counts =
      allowedLatenessSeconds > 0
        ? currentCounts(
            this.#checkpoint.tally,
            { settleDelaySeconds, allowedLatenessSeconds },
            nowMs,
          )
        : { startedAtMs: nowMs, ...this.#checkpoint.tally };
    return {
      ...addLate(counts, lateness),
      pages: (counts.pages ?? 0) + 1,
      entries: (counts.entries ?? 0) + added.length + (isFirstListing ? duplicates.length : 0),
    };
  }

  async #save(checkpoint: Checkpoint): Promise<void> {
    await this.#lease.save(checkpoint);
    this.#checkpoint = checkpoint;
  }

  /** @throws the error itself when it is not one of the ways in which a run may end */
  async #outcomeOf(error: unknown): Promise<IngestOutcome> {
    const end = earlyEndOf(error, this.#ports.clock, this.#limits.signal);
    if (end === undefined) throw error;
    if (end.outcome === "throttled") {
      const { notBefore } = end;
      this.#counts.notBefore = notBefore;
      await this.#save({ ...this.#checkpoint, notBefore });
    }
    return end.outcome;
  }
}
