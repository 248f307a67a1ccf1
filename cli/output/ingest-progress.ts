import type { IngestProgress } from "../../lib/ingest/summary.ts";
import { formatCounted, formatTime } from "./format.ts";
import { ProgressBar } from "./progress-bar.ts";

/** How far a run has come. */
export class IngestProgressDisplay {
  readonly #bar = new ProgressBar();

  update({ span, position, entries, waitingUntilMs }: IngestProgress): void {
    if (waitingUntilMs !== undefined) {
      this.wait(waitingUntilMs, "Slack asked to wait");
    } else {
      this.#bar.update(Math.max(0, position - span.from), span.until - span.from, [
        formatCounted(entries, "entry", "entries"),
        `at ${formatTime(position)}`,
      ]);
    }
  }

  /** Show that nothing happens for a while, and why. */
  wait(untilMs: number, reason: string): void {
    this.#bar.wait(untilMs, reason);
  }

  stop(): void {
    this.#bar.stop();
  }
}
