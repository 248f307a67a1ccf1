import type { Clock } from "../../lib/ports.ts";

/** A clock that moves only when told to; a sleep moves it, and returns at once. */
export class VirtualClock implements Clock {
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    // The machine's clock shows whole milliseconds, and never wakes anybody too soon.
    this.#nowMs += Math.max(0, Math.ceil(ms));
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
