import type { Clock } from "../ports.ts";

/** What the live runs leave of Slack's 50 calls a minute: they make some ten where entries are many. */
export const BACKGROUND_CALLS_PER_MINUTE = 40;

/** Calls that may go out at once after a pause. */
export const BURST_CALLS = 10;

/**
 * Spaces the calls of work that can wait, whatever Slack would allow; after a
 * pause ten may go out at once. One pacer serves all that work of a process;
 * two that ask at the same time get one turn after the other.
 */
export class BackgroundPacer {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** When all turns given so far would be over at the steady rate, epoch milliseconds. */
  #paidUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, callsPerMinute: number) {
    this.#clock = clock;
    this.#intervalMs = 60_000 / callsPerMinute;
  }

  /** Wait until the next call may go out. */
  async turn(signal: AbortSignal | undefined): Promise<void> {
    const nowMs = this.#clock.nowMs();
    this.#paidUntilMs = Math.max(this.#paidUntilMs, nowMs) + this.#intervalMs;
    const waitMs = this.#paidUntilMs - BURST_CALLS * this.#intervalMs - nowMs;
    if (waitMs > 0) {
      await this.#clock.sleep(waitMs, signal);
    }
  }
}
