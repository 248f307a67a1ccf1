/** npm passes Ctrl-C on to its children, which have had it from the terminal already. */
const SAME_KEYSTROKE_MS = 500;

/**
 * Let the first Ctrl-C (or SIGTERM) end the work cleanly, and the second end
 * the process at once.
 *
 * @returns aborted by the first
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = () => {
    const nowMs = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      console.error("\nEnding with everything saved; Ctrl-C again to stop at once.");
      controller.abort(new DOMException("interrupted", "AbortError"));
    } else if (nowMs - firstAtMs > SAME_KEYSTROKE_MS) {
      process.exit(130);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
