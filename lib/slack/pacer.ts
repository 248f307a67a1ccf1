/** Hands out turns, so that calls are not made faster than Slack allows. */
export interface Pacer {
  /**
   * Take the next turn.
   *
   * @param nowMs - epoch milliseconds
   * @returns milliseconds until it; zero or less when it is now
   */
  take(nowMs: number): number;
  /** Slack answered 429: no turn before this time, epoch milliseconds. */
  pause(untilMs: number): void;
}

/** Tier 3 of Slack's rate limits, to which `/logs` belongs. */
export const TIER_3_CALLS_PER_MINUTE = 50;

export interface RatePacerOptions {
  /** @default 50, Slack's Tier 3 */
  callsPerMinute?: number;
  /** Calls that may go out at once after a pause. @default 10 */
  burstCalls?: number;
}

/**
 * A steady rate, and a burst after a pause.
 *
 * One pacer serves all calls of a client, and several clients of one
 * organization may share it: Slack counts per organization.
 *
 * @see https://docs.slack.dev/apis/web-api/rate-limits
 */
export class RatePacer implements Pacer {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  /** When all turns given so far would be over at the steady rate, epoch milliseconds. */
  #paidUntilMs = Number.NEGATIVE_INFINITY;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  /** @throws {RangeError} unless the rate is positive and the burst a whole number from 1 */
  constructor({
    callsPerMinute = TIER_3_CALLS_PER_MINUTE,
    burstCalls = 10,
  }: RatePacerOptions = {}) {
    if (!(callsPerMinute > 0 && callsPerMinute < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`callsPerMinute must be a positive number, not ${callsPerMinute}`);
    }
    if (!Number.isSafeInteger(burstCalls) || burstCalls < 1) {
      throw new RangeError(`burstCalls must be a whole number from 1, not ${burstCalls}`);
    }
    this.#intervalMs = 60_000 / callsPerMinute;
    this.#burstMs = burstCalls * this.#intervalMs;
  }

  take(nowMs: number): number {
    const beginMs = Math.max(nowMs, this.#pausedUntilMs);
    this.#paidUntilMs = Math.max(this.#paidUntilMs, beginMs) + this.#intervalMs;
    return Math.max(this.#paidUntilMs - this.#burstMs, beginMs) - nowMs;
  }

  pause(untilMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }
}
