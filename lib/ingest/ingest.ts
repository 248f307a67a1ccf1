import { Archive, type Stored } from "../archive/archive.ts";
import type { ArchiveEntry } from "../archive/archive-object.ts";
import { liveLane } from "../archive/lane.ts";
import {
  type ArchiveStore,
  type Checkpoint,
  type CheckpointStore,
  type Clock,
  LeaseLostError,
} from "../ports.ts";
import { addToTally, currentTally, type Lateness } from "../run/lateness.ts";
import { LeaseGuard } from "../run/lease.ts";
import { type ListedPage, listPages, type SlackSource } from "../run/listing.ts";
import { prefetch } from "../run/prefetch.ts";
import { notBeforeOf, waitForSlack } from "../run/throttling.ts";
import { SlackDeadlineError } from "../slack/errors.ts";
import type { PageEntry } from "../slack/page.ts";
import { nowSeconds, type TimeRange } from "../time.ts";
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
  lane?: string | undefined;
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
  const { checkpoints, clock } = ports;
  const { source, owner, lane = liveLane(source) } = settings;
  const tally = new RunCounts(source, clock);
  const lease = new LeaseGuard(lane, owner, limits.deadlineMs, clock);
  try {
    const acquired = await checkpoints.acquire(lane, lease.current, clock.nowMs());
    if (!acquired.held) {
      return tally.summary("lease_held");
    }
    try {
      const run = new Run(ports, settings, limits, lease, tally, acquired.checkpoint);
      return tally.summary(await run.run());
    } finally {
      await checkpoints.release(lane, owner, clock.nowMs());
    }
  } catch (error) {
    return error instanceof LeaseLostError ? tally.summary("lease_lost") : tally.failure(error);
  }
}

/** Why a call is given up that was made ahead. Not a new one each time: making it has a cost. */
const OVER = new Error("the walk is over");

/** What became of a page, and how late the late ones of it were. */
interface StoredPage extends Stored {
  lateness: Lateness;
}

class Run {
  readonly #ports: IngestPorts;
  readonly #settings: IngestSettings;
  readonly #limits: IngestLimits;
  readonly #lane: string;
  readonly #lease: LeaseGuard;
  readonly #tally: RunCounts;
  readonly #archive: Archive;
  #checkpoint: Checkpoint;

  constructor(
    ports: IngestPorts,
    settings: IngestSettings,
    limits: IngestLimits,
    lease: LeaseGuard,
    tally: RunCounts,
    checkpoint: Checkpoint | undefined,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#limits = limits;
    this.#lane = settings.lane ?? liveLane(settings.source);
    this.#lease = lease;
    this.#tally = tally;
    this.#archive = new Archive(ports.archive, settings.source, () => lease.assertHeld());
    const start = settings.firstStart;
    this.#checkpoint = checkpoint ?? {
      start,
      watermark: start,
      entriesPerSecond: 0,
      // Nothing was listed before now; the first late scan is due with the next run.
      lateScannedAt: nowSeconds(ports.clock) - settings.allowedLatenessSeconds,
    };
    tally.watermark = this.#checkpoint.watermark;
  }

  async run(): Promise<IngestOutcome> {
    try {
      const { notBefore } = this.#checkpoint;
      const mayCall = await waitForSlack(notBefore, this.#ports.clock, {
        ...this.#limits,
        onWait: (waitingUntilMs) =>
          this.#limits.onProgress?.({ ...this.#tally.progress(), waitingUntilMs }),
      });
      if (!mayCall) {
        this.#tally.notBefore = notBefore;
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
    this.#beginLateScan(now, end);
    const { lateScanPosition, watermark, pageCursor, entriesPerSecond } = this.#checkpoint;
    const position = lateScanPosition ?? watermark;
    this.#tally.span = { from: position, until: Math.max(position, end) };

    const cancelled = new AbortController();
    const signal = AbortSignal.any([
      cancelled.signal,
      ...(this.#limits.signal ? [this.#limits.signal] : []),
    ]);
    const pages = listPages(
      slack,
      { position, end, pageCursor, entriesPerSecond, pageLimit, crossesHours },
      { deadlineMs: this.#limits.deadlineMs, signal },
    );
    for await (const listed of prefetch(pages, () => cancelled.abort(OVER))) {
      const stored = await this.#store(listed);
      await this.#commit(listed, stored);
      listed.page.release();
      this.#limits.onProgress?.(this.#tally.progress());
    }
    return "caught_up";
  }

  /**
   * Go back and list again what was listed early.
   *
   * From `allowedLateness` before the last late scan: whatever became visible
   * since then, up to `allowedLateness` after its event, lies behind that
   * second. Going back from the watermark instead would leave a gap whenever
   * two late scans are further apart than the settle delay (ADR 3).
   *
   * A run with a backlog does without when all below the watermark was listed
   * at an age at which nothing may become visible any more; or the scans could
   * take the calls that the backlog needs.
   */
  #beginLateScan(now: number, end: number): void {
    const { allowedLatenessSeconds } = this.#settings;
    const {
      start,
      watermark,
      lateScanPosition,
      lateScannedAt = start,
      pageCursor,
    } = this.#checkpoint;
    const isDue =
      allowedLatenessSeconds > 0 &&
      lateScanPosition === undefined &&
      // A half-read window is finished first, or a huge one would never be.
      pageCursor === undefined &&
      watermark > start &&
      now - lateScannedAt >= allowedLatenessSeconds;
    if (isDue) {
      const isBehind = end - watermark > allowedLatenessSeconds;
      const isSettled = watermark <= lateScannedAt - allowedLatenessSeconds;
      const lateScanPosition = Math.max(
        start,
        Math.min(watermark, lateScannedAt) - allowedLatenessSeconds,
      );
      this.#checkpoint = {
        ...this.#checkpoint,
        lateScannedAt: now,
        ...(isBehind && isSettled ? {} : { lateScanPosition }),
      };
    }
  }

  async #store({ window, page }: ListedPage): Promise<StoredPage> {
    const readable: ArchiveEntry[] = [];
    const unreadable: PageEntry[] = [];
    for (const entry of page.entries) {
      const { id, dateCreate, bytes } = entry;
      if (id === undefined || dateCreate === undefined) {
        unreadable.push(entry);
      } else if (dateCreate !== window.until) {
        // The second `until` was asked for only in case Slack reads `latest` as exclusive; the
        // next window lists it. Anything else outside the window should not be here, and is kept.
        readable.push({ id, dateCreate, bytes });
      }
    }
    const stored = await this.#archive.store(readable);
    const quarantined =
      unreadable.length > 0
        ? await this.#archive.quarantine(
            unreadable.map(({ bytes }) => bytes),
            window.from,
          )
        : 0;
    const lateness = this.#tally.addPage(stored, quarantined, this.#checkpoint.watermark);
    return { ...stored, lateness };
  }

  async #commit({ window, next, entriesPerSecond }: ListedPage, stored: StoredPage): Promise<void> {
    const { watermark } = this.#checkpoint;
    const isComplete = next === undefined;
    const isBelowWatermark = window.until < watermark;
    const checkpoint: Checkpoint = {
      ...this.#checkpoint,
      entriesPerSecond,
      notBefore: undefined,
      pageCursor: next,
      watermark: isComplete ? Math.max(watermark, window.until) : watermark,
      lateScanPosition: isComplete
        ? isBelowWatermark
          ? window.until
          : undefined
        : this.#checkpoint.lateScanPosition,
      tally: this.#counted(window, stored),
    };
    await this.#save(checkpoint);
    this.#tally.addCommit(checkpoint.watermark, isComplete ? window : undefined);
  }

  /** What is listed for the first time counts whole: an earlier run may have stored it and not come to save. */
  #counted({ from }: TimeRange, stored: StoredPage): Record<string, number> {
    const { settleDelaySeconds, allowedLatenessSeconds } = this.#settings;
    const { watermark } = this.#checkpoint;
    const { added, duplicates, lateness } = stored;
    const isFirstListing = from >= watermark;
    const nowMs = this.#ports.clock.nowMs();
    // A backfill is counted whole: nothing of it is late.
    const tally =
      allowedLatenessSeconds > 0
        ? currentTally(
            this.#checkpoint.tally,
            { settleDelaySeconds, allowedLatenessSeconds },
            nowMs,
          )
        : { startedAtMs: nowMs, ...this.#checkpoint.tally };
    return {
      ...addToTally(tally, lateness),
      pages: (tally.pages ?? 0) + 1,
      entries: (tally.entries ?? 0) + added.length + (isFirstListing ? duplicates.length : 0),
    };
  }

  async #save(checkpoint: Checkpoint): Promise<void> {
    const { checkpoints, clock } = this.#ports;
    await this.#lease.extend((lease) =>
      checkpoints.save(this.#lane, lease, checkpoint, clock.nowMs()),
    );
    this.#checkpoint = checkpoint;
  }

  /** @throws the error itself when it is not one of the ways in which a run may end */
  async #outcomeOf(error: unknown): Promise<IngestOutcome> {
    const { signal } = this.#limits;
    if (signal?.aborted && error === signal.reason) {
      return "interrupted";
    }
    const notBefore = notBeforeOf(error, this.#ports.clock);
    if (notBefore !== undefined) {
      this.#tally.notBefore = notBefore;
      await this.#save({ ...this.#checkpoint, notBefore });
      return "throttled";
    }
    if (error instanceof SlackDeadlineError) {
      return "out_of_time";
    }
    throw error;
  }
}
