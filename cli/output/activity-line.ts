import cliProgress from "cli-progress";

/**
 * What is being done, in one line of a terminal that is drawn over again and gone at the end.
 * Where standard error is no terminal, nothing.
 */
export class ActivityLine implements Disposable {
  readonly #bar = process.stderr.isTTY
    ? new cliProgress.SingleBar({
        format: "{text}",
        clearOnComplete: true,
        hideCursor: true,
        gracefulExit: false, // Ctrl-C is handled by the command.
      })
    : undefined;

  /** @param text - cut at the edge of the terminal */
  update(text: string): void {
    if (this.#bar === undefined) return;
    // There is no bar to fill: how much is left is not known.
    if (this.#bar.isActive) this.#bar.update(0, { text });
    else this.#bar.start(1, 0, { text });
  }

  stop(): void {
    this.#bar?.stop();
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
