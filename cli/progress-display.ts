import cliProgress from "cli-progress";
import type { IngestProgress } from "../lib/ingest/summary.ts";
import { formatCounted, formatSeconds, formatTime } from "./format.ts";

/** Between two lines where there is no terminal to draw on, such as a service's journal. */
const LINE_INTERVAL_MS = 30_000;

/**
 * How far a run has come, on standard error: a bar on a terminal, else a line
 * now and then.
 */
export class ProgressDisplay {
  readonly #bar: cliProgress.SingleBar | undefined;
  #lastLineAtMs = performance.now();

  constructor() {
    this.#bar = process.stderr.isTTY
      ? new cliProgress.SingleBar({
          format: "{bar} {percentage}% | {entries} | {at}{note}",
          barsize: 30,
          barCompleteChar: "█",
          barIncompleteChar: "░",
          hideCursor: true,
          linewrap: true,
          gracefulExit: false, // Ctrl-C is ours: the run is still to be saved.
        })
      : undefined;
  }

  update(progress: IngestProgress): void {
    const { span, position, waitingUntilMs } = progress;
    const entries = formatCounted(progress.entries, "entry", "entries");
    const done = Math.max(0, position - span.from);
    const total = span.until - span.from;
    if (waitingUntilMs !== undefined) {
      this.wait(waitingUntilMs, "Slack asked to wait");
    } else if (this.#bar) {
      const payload = { entries, at: formatTime(position), note: "" };
      if (!this.#bar.isActive) this.#bar.start(total, done, payload);
      this.#bar.setTotal(total);
      this.#bar.update(done, payload);
    } else if (performance.now() - this.#lastLineAtMs >= LINE_INTERVAL_MS) {
      const percent = total > 0 ? Math.floor((done / total) * 100) : 100;
      this.#line(`${percent}%, ${entries}, at ${formatTime(position)}`);
    }
  }

  /** Say that and why nothing happens for a while. */
  wait(untilMs: number, reason: string): void {
    const seconds = Math.max(1, Math.ceil((untilMs - Date.now()) / 1000));
    const note = `${reason}: ${formatSeconds(seconds)}, until ${formatTime(Math.ceil(untilMs / 1000))}`;
    if (this.#bar?.isActive) {
      this.#bar.update({ note: ` | ${note}` });
    } else {
      this.#line(note);
    }
  }

  stop(): void {
    this.#bar?.stop();
  }

  #line(text: string): void {
    this.#lastLineAtMs = performance.now();
    console.error(text);
  }
}
