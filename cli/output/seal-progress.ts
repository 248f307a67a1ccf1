import type { SealProgress } from "../../lib/seal/seal-day.ts";
import { SECONDS_PER_DAY, startOfDay } from "../../lib/time.ts";
import { formatCounted, formatTime } from "./format.ts";
import { ProgressBar } from "./progress-bar.ts";

/** How far the sealing of some days has come. */
export class SealProgressDisplay {
  readonly #bar = new ProgressBar();
  readonly #days: readonly string[];

  /** @param days - in the order in which they are sealed */
  constructor(days: readonly string[]) {
    this.#days = days;
  }

  update({ day, position, waitingUntilMs }: SealProgress): void {
    if (waitingUntilMs !== undefined) {
      this.wait(waitingUntilMs, "Slack asked to wait");
      return;
    }
    const done = this.#days.indexOf(day) * SECONDS_PER_DAY + position - startOfDay(day);
    this.#bar.update(done, this.#days.length * SECONDS_PER_DAY, [
      formatCounted(this.#days.length, "day"),
      `at ${formatTime(position)}`,
    ]);
  }

  /** Show that nothing happens for a while, and why. */
  wait(untilMs: number, reason: string): void {
    this.#bar.wait(untilMs, reason);
  }

  stop(): void {
    this.#bar.stop();
  }
}
