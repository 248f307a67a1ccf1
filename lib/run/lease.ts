import { type Clock, type Lease, LeaseLostError } from "../ports.ts";

/** How long a lease outlives the last moment at which its run may write. */
const MARGIN_MS = 60_000;

/** How long a run may go without saving before another may take over. */
const TERM_MS = 15 * 60_000;

/**
 * This run's claim to be the only writer of a lane.
 *
 * The archive itself cannot refuse a writer that lost its lease, so the run
 * does: a process that was stopped and wakes up late looks at the clock before
 * each write. The margin covers clock skew and a write that is under way.
 */
export class LeaseGuard {
  readonly #lane: string;
  readonly #owner: string;
  readonly #deadlineMs: number;
  readonly #clock: Clock;
  #expiresAt: number;

  /** @param deadlineMs - epoch milliseconds, end of the run's time; may be `Infinity` */
  constructor(lane: string, owner: string, deadlineMs: number, clock: Clock) {
    this.#lane = lane;
    this.#owner = owner;
    this.#deadlineMs = deadlineMs;
    this.#clock = clock;
    this.#expiresAt = this.#expiryFromNow();
  }

  /** The lease as it was last taken or extended. */
  get current(): Lease {
    return { owner: this.#owner, expiresAt: this.#expiresAt };
  }

  /**
   * Do `write`, which stores a lease that lasts from now on.
   *
   * @throws {LeaseLostError} before the write when it is too late for one
   */
  async extend<T>(write: (lease: Lease) => Promise<T>): Promise<T> {
    this.assertHeld();
    const lease = { owner: this.#owner, expiresAt: this.#expiryFromNow() };
    const result = await write(lease);
    this.#expiresAt = lease.expiresAt;
    return result;
  }

  /** @throws {LeaseLostError} when another run may have taken over, or is about to */
  assertHeld(): void {
    if (this.#clock.nowMs() >= this.#expiresAt - MARGIN_MS / 2) {
      throw new LeaseLostError(this.#lane);
    }
  }

  #expiryFromNow(): number {
    return Math.min(this.#deadlineMs, this.#clock.nowMs() + TERM_MS) + MARGIN_MS;
  }
}
