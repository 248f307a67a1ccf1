import type { Clock } from "../ports.ts";

/** Slack allows about 50 calls a minute (tier 3); a hundredth more between two keeps clear of the edge. */
const INTERVAL_MS = (60_000 / 50) * 1.01;

/**
 * Spaces calls out once Slack has said that they come too fast.
 *
 * Answering each 429 by its `Retry-After` alone loses time: it is given in
 * whole seconds, which is most of the interval that the limit allows. Until
 * the first 429 calls go out freely, since Slack allows bursts.
 */
export class CallPacer {
  readonly #clock: Clock;
  #isThrottled = false;
  #lastCallMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Slack answered 429: calls are spaced from now on. */
  throttle(): void {
    this.#isThrottled = true;
  }

  /** Wait until the next call may go out. */
  async turn(signal: AbortSignal | undefined): Promise<void> {
    const waitMs = this.#lastCallMs + INTERVAL_MS - this.#clock.nowMs();
    if (this.#isThrottled && waitMs > 0) {
      await this.#clock.sleep(waitMs, signal);
    }
    this.called();
  }

  /** A call goes out now. */
  called(): void {
    this.#lastCallMs = this.#clock.nowMs();
  }
}
