import {
  type Checkpoint,
  type CheckpointStore,
  type Claim,
  type Clock,
  type Lease,
  LeaseLostError,
} from "../ports.ts";
import type { TimeRange } from "../time.ts";

/** How long a lease outlives the last moment at which its run may write. */
export const MARGIN_MS = 60_000;

/** How long a run may go without saving before another may take over. */
const TERM_MS = 15 * 60_000;

/** A claim that lasts less than this from now is extended with the next save. */
const CLAIM_LEFT_MS = 0.8 * TERM_MS;

export interface LeasePorts {
  checkpoints: CheckpointStore;
  clock: Clock;
}

interface LeaseRequest {
  source: string;
  /** Name of the writer and its checkpoint. */
  writer: string;
  /** Unique to this run. */
  owner: string;
  /** Epoch milliseconds, end of the run's time; may be `Infinity`. */
  deadlineMs: number;
  /** Ranges of which the first that is free is claimed. */
  rangesFor: (checkpoint: Checkpoint | undefined) => readonly [TimeRange, ...TimeRange[]];
}

/** Another writer is at work on some of the time; it ends by itself. */
export class SourceBusyError extends Error {
  override readonly name = "SourceBusyError";
  readonly code = "source_busy";
}

export type WithLease<T> =
  | { held: true; result: T }
  /** Another has the writer's lease, or has claimed time that this one needs. */
  | { held: false; heldBy: Lease | Claim };

/**
 * Be the one writer of a stretch of a source's time while `work` lasts.
 *
 * @param work - gets the lease, with the range that is claimed, and the writer's checkpoint
 * @throws what `work` throws, LeaseLostError among it
 */
export async function withLease<T>(
  { checkpoints, clock }: LeasePorts,
  { source, writer, owner, deadlineMs, rangesFor }: LeaseRequest,
  work: (lease: WriterLease, checkpoint: Checkpoint | undefined) => Promise<T>,
): Promise<WithLease<T>> {
  const lease = new WriterLease({ checkpoints, clock }, source, writer, owner, deadlineMs);
  const acquired = await checkpoints.acquire(writer, lease.current, clock.nowMs());
  if (!acquired.held) {
    return acquired;
  }
  try {
    const heldBy = await lease.claimFirst(rangesFor(acquired.checkpoint));
    if (heldBy !== undefined) {
      return { held: false, heldBy };
    }
    try {
      return { held: true, result: await work(lease, acquired.checkpoint) };
    } finally {
      await lease.unclaim();
    }
  } finally {
    await lease.release();
  }
}

/**
 * A run's right to be the only writer of a range.
 *
 * The archive itself cannot refuse a writer that lost its lease, so the run
 * does: a process that was stopped and wakes up late looks at the clock before
 * each write. The margin covers clock skew and a write that is under way.
 */
export class WriterLease {
  readonly #ports: LeasePorts;
  readonly #source: string;
  readonly #writer: string;
  readonly #owner: string;
  readonly #deadlineMs: number;
  #range: TimeRange = { from: 0, until: 0 };
  #expiresAt: number;
  #claimExpiresAt: number;
  /** A write has failed, and may still take effect. */
  #isInDoubt = false;

  constructor(
    ports: LeasePorts,
    source: string,
    writer: string,
    owner: string,
    deadlineMs: number,
  ) {
    this.#ports = ports;
    this.#source = source;
    this.#writer = writer;
    this.#owner = owner;
    this.#deadlineMs = deadlineMs;
    this.#expiresAt = this.#expiryFromNow();
    this.#claimExpiresAt = this.#expiresAt;
  }

  /** The lease as it was last taken or extended. */
  get current(): Lease {
    return { owner: this.#owner, expiresAt: this.#expiresAt };
  }

  /** What is claimed: nothing is written outside it. */
  get range(): TimeRange {
    return this.#range;
  }

  /** @returns nothing when one of the ranges is claimed now; else who is in the way of the last */
  async claimFirst(ranges: readonly TimeRange[]): Promise<Claim | undefined> {
    let heldBy: Claim | undefined;
    for (const range of ranges) {
      this.assertHeld();
      heldBy = await this.#claim(range);
      if (heldBy === undefined) break;
    }
    return heldBy;
  }

  /**
   * Save the checkpoint, with a lease that lasts from now on.
   *
   * @throws {LeaseLostError} when it is too late for that; nothing is saved
   */
  async save(checkpoint: Checkpoint): Promise<void> {
    const { checkpoints, clock } = this.#ports;
    this.assertHeld();
    const lease = { owner: this.#owner, expiresAt: this.#expiryFromNow() };
    await checkpoints.save(this.#writer, lease, checkpoint, clock.nowMs());
    this.#expiresAt = lease.expiresAt;
    await this.#extendClaim();
  }

  /**
   * Go on being the writer, without anything to save.
   *
   * @throws {LeaseLostError} when it is too late for that
   */
  async renew(): Promise<void> {
    const { checkpoints, clock } = this.#ports;
    this.assertHeld();
    if (this.#expiresAt - clock.nowMs() >= CLAIM_LEFT_MS) return;
    const lease = { owner: this.#owner, expiresAt: this.#expiryFromNow() };
    const acquired = await checkpoints.acquire(this.#writer, lease, clock.nowMs());
    if (!acquired.held) throw new LeaseLostError(this.#writer);
    this.#expiresAt = lease.expiresAt;
    await this.#extendClaim();
  }

  /**
   * Write something as the only writer.
   *
   * @throws {LeaseLostError} when another run may have taken over, or is about to; nothing is sent
   */
  async write<T>(put: () => Promise<T>): Promise<T> {
    this.assertHeld();
    try {
      return await put();
    } catch (error) {
      this.#isInDoubt = true;
      throw error;
    }
  }

  /** Let others claim the range: now, or once a write that failed can take effect no more. */
  async unclaim(): Promise<void> {
    if (this.#isInDoubt) {
      await this.#claim(this.#range, this.#endOfDoubt());
    } else {
      await this.#ports.checkpoints.unclaim(this.#source, this.#writer, this.#owner);
    }
  }

  /** As {@link unclaim}, of the lease. */
  async release(): Promise<void> {
    const { checkpoints, clock } = this.#ports;
    const [writer, owner, nowMs] = [this.#writer, this.#owner, clock.nowMs()];
    if (this.#isInDoubt) {
      await checkpoints.acquire(writer, { owner, expiresAt: this.#endOfDoubt() }, nowMs);
    } else {
      await checkpoints.release(writer, owner, nowMs);
    }
  }

  /** The limit of a write is within half of the margin, as for {@link assertHeld}. */
  #endOfDoubt(): number {
    return Math.min(this.#expiresAt, this.#ports.clock.nowMs() + MARGIN_MS / 2);
  }

  /** @throws {LeaseLostError} when another run may have taken over, or is about to */
  assertHeld(): void {
    const expiresAt = Math.min(this.#expiresAt, this.#claimExpiresAt);
    if (this.#ports.clock.nowMs() >= expiresAt - MARGIN_MS / 2) {
      throw new LeaseLostError(this.#writer);
    }
  }

  async #extendClaim(): Promise<void> {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#claimExpiresAt - nowMs >= CLAIM_LEFT_MS) return;
    if (this.#expiresAt <= this.#claimExpiresAt) return; // the run's time ends before it
    this.assertHeld();
    if ((await this.#claim(this.#range)) !== undefined) throw new LeaseLostError(this.#writer);
  }

  /** @returns who has claimed some of the range; nothing when it is claimed now */
  async #claim(range: TimeRange, expiresAt = this.#expiresAt): Promise<Claim | undefined> {
    const { checkpoints, clock } = this.#ports;
    const claim = { writer: this.#writer, owner: this.#owner, range, expiresAt };
    const claimed = await checkpoints.claim(this.#source, claim, clock.nowMs());
    if (!claimed.claimed) return claimed.heldBy;
    this.#range = range;
    this.#claimExpiresAt = expiresAt;
    return undefined;
  }

  #expiryFromNow(): number {
    return Math.min(this.#deadlineMs, this.#ports.clock.nowMs() + TERM_MS) + MARGIN_MS;
  }
}
