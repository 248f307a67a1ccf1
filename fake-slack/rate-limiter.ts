/** A token bucket: a burst at once, then one call every `60 / callsPerMinute` seconds. */
export class RateLimiter {
  readonly #callsPerMs: number;
  readonly #burstCalls: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(callsPerMinute: number, burstCalls: number, nowMs: number) {
    this.#callsPerMs = callsPerMinute / 60_000;
    this.#burstCalls = burstCalls;
    this.#tokens = burstCalls;
    this.#filledAtMs = nowMs;
  }

  /**
   * Request one call. A refused call costs nothing.
   *
   * @returns whole seconds to wait, rounded up as Slack's `Retry-After` is; 0 when the call is allowed
   */
  take(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#tokens = Math.min(this.#burstCalls, this.#tokens + elapsedMs * this.#callsPerMs);
    this.#filledAtMs = nowMs;
    // A call that is due to the millisecond must not fail because of rounding.
    if (this.#tokens > 1 - 1e-9) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - this.#tokens) / this.#callsPerMs / 1000));
  }
}
