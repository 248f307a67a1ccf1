import { EXIT } from "../exit-codes.ts";

/** The user stopped it: nothing needs explaining. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  readonly code = "interrupted";
}

/** npm forwards Ctrl-C to its children, which already had it from the terminal. */
const SAME_KEYSTROKE_MS = 500;

/**
 * Let the first Ctrl-C (or SIGTERM) stop the work cleanly, and the second end
 * the process at once.
 *
 * @param notice - printed at the first
 * @returns aborted by the first
 */
export function abortOnInterrupt(notice: string): AbortSignal {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = () => {
    const nowMs = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      console.error(`\n${notice}; Ctrl-C again to stop at once.`);
      controller.abort(new InterruptedError("interrupted"));
    } else if (nowMs - firstAtMs > SAME_KEYSTROKE_MS) {
      process.exit(EXIT.interrupted);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
