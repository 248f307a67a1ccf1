import type { IngestProgress } from "../lib/ingest/summary.ts";
import { formatCounted, formatSeconds, formatTime } from "./format.ts";
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
    const seconds = Math.max(1, Math.ceil((untilMs - Date.now()) / 1000));
    const until = formatTime(Math.ceil(untilMs / 1000));
    this.#bar.note(`${reason}: ${formatSeconds(seconds)}, until ${until}`);
  }

  stop(): void {
    this.#bar.stop();
  }
}
