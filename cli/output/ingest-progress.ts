import type { IngestProgress } from "../../lib/ingest/summary.ts";
import { formatCounted, formatTime } from "./format.ts";
import { ProgressBar } from "./progress-bar.ts";

/** How far a run has come. */
export class ProgressDisplay {
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

  /** Say that and why nothing happens for a while. */
  wait(untilMs: number, reason: string): void {
    this.#bar.wait(untilMs, reason);
  }

  stop(): void {
    this.#bar.stop();
  }
}
