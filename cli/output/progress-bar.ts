import cliProgress from "cli-progress";
import { formatSeconds, formatTime } from "./format.ts";

/** Between two lines where there is no terminal to draw on, such as a service's journal. */
const LINE_INTERVAL_MS = 30_000;

/** How far work has come, on standard error: a bar on a terminal, else a line now and then. */
export class ProgressBar {
  readonly #bar: cliProgress.SingleBar | undefined;
  #lastLineAtMs = performance.now();

  constructor() {
    this.#bar = process.stderr.isTTY
      ? new cliProgress.SingleBar({
          format: "{bar} {percentage}% | {facts}{note}",
          barsize: 30,
          barCompleteChar: "█",
          barIncompleteChar: "░",
          hideCursor: true,
          linewrap: true,
          gracefulExit: false, // Ctrl-C is ours: the work is still to be saved.
        })
      : undefined;
  }

  /** @param facts - what to say beside the share that is done */
  update(done: number, total: number, facts: readonly string[]): void {
    if (this.#bar) {
      const payload = { facts: facts.join(" | "), note: "" };
      if (!this.#bar.isActive) this.#bar.start(total, done, payload);
      this.#bar.setTotal(total);
      this.#bar.update(done, payload);
    } else if (performance.now() - this.#lastLineAtMs >= LINE_INTERVAL_MS) {
      const percent = total > 0 ? Math.floor((done / total) * 100) : 100;
      this.#line([`${percent}%`, ...facts].join(", "));
    }
  }

  /** Say that and why nothing happens for a while. */
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

  /** Leave what is drawn as it stands; the next update draws anew. */
  stop(): void {
    this.#bar?.stop();
  }

  #line(text: string): void {
    this.#lastLineAtMs = performance.now();
    console.error(text);
  }
}
