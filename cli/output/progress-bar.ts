import cliProgress from "cli-progress";
import { formatSeconds, formatTime } from "./format.ts";

/** Between two lines of progress where there is no terminal, as in a service's journal. */
const LINE_INTERVAL_SECONDS = 30;

const BAR_WIDTH = 30;
const BAR_WIDTH_MIN = 8;
/** What stands beside the bar is cut at the edge of the terminal: the time that was reached, first. */
const DETAILS_WIDTH = 50;

/** Progress on standard error: a bar on a terminal, else a line every 30 seconds. */
export class ProgressBar {
  readonly #bar: cliProgress.SingleBar | undefined;
  // Not `performance`, whose first use loads a module of Node's.
  #lastLineAtSeconds = process.uptime();

  constructor() {
    this.#bar = process.stderr.isTTY
      ? new cliProgress.SingleBar({
          format: "{bar} {percentage}% | {details}{note}",
          barsize: process.stderr.columns < DETAILS_WIDTH + BAR_WIDTH ? BAR_WIDTH_MIN : BAR_WIDTH,
          barCompleteChar: "█",
          barIncompleteChar: "░",
          hideCursor: true,
          linewrap: true,
          gracefulExit: false, // Ctrl-C is handled by the command, which saves the work.
        })
      : undefined;
  }

  /** @param details - shown beside the share that is done */
  update(done: number, total: number, details: readonly string[]): void {
    if (this.#bar) {
      const payload = { details: details.join(" | "), note: "" };
      if (!this.#bar.isActive) this.#bar.start(total, done, payload);
      this.#bar.setTotal(total);
      this.#bar.update(done, payload);
    } else if (process.uptime() - this.#lastLineAtSeconds >= LINE_INTERVAL_SECONDS) {
      const percent = total > 0 ? Math.floor((done / total) * 100) : 100;
      this.#line([`${percent}%`, ...details].join(", "));
    }
  }

  /** Show that nothing happens for a while, and why. */
  wait(untilMs: number, reason: string): void {
    const seconds = Math.max(1, Math.ceil((untilMs - Date.now()) / 1000));
    const until = formatTime(Math.ceil(untilMs / 1000));
    const text = `${reason}: ${formatSeconds(seconds)}, until ${until}`;
    if (this.#bar?.isActive) {
      this.#bar.update({ note: ` | ${text}` });
    } else {
      this.#line(text);
    }
  }

  /** Leave what is drawn in place; the next update draws again. */
  stop(): void {
    this.#bar?.stop();
  }

  #line(text: string): void {
    this.#lastLineAtSeconds = process.uptime();
    console.error(text);
  }
}
