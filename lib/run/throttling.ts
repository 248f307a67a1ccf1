import type { Clock } from "../ports.ts";
import { SlackApiError, SlackDeadlineError } from "../slack/errors.ts";

/** A longer wait that Slack asked for is left to a later run. */
const WAIT_MAX_MS = 5 * 60_000;

/** No header can keep the source from being asked for longer than this. */
const NOT_BEFORE_MAX_MS = 60 * 60_000;

/** Seconds to wait when Slack did not say how many. */
const WAIT_DEFAULT_SECONDS = 60;

interface WaitLimits {
  /** Epoch milliseconds. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  /** Told before the wait. */
  onWait?: ((untilMs: number) => void) | undefined;
}

/**
 * Wait as long as Slack asked for.
 *
 * @param notBefore - epoch milliseconds; absent: nothing was asked for
 * @returns false, at once, when it is a longer wait than a run can make
 */
export async function waitForSlack(
  notBefore: number | undefined,
  clock: Clock,
  { deadlineMs, signal, onWait }: WaitLimits,
): Promise<boolean> {
  const waitMs = (notBefore ?? 0) - clock.nowMs();
  if (notBefore === undefined || waitMs <= 0) {
    return true;
  }
  if (waitMs > WAIT_MAX_MS || notBefore >= deadlineMs) {
    return false;
  }
  onWait?.(notBefore);
  await clock.sleep(waitMs, signal);
  return true;
}

/**
 * @param error - what ended a run
 * @returns epoch milliseconds before which Slack is not to be called, when that
 * is what ended it
 */
export function notBeforeOf(error: unknown, clock: Clock): number | undefined {
  const seconds = retryAfterOf(error);
  return seconds === undefined
    ? undefined
    : Math.ceil(clock.nowMs() + Math.min(Math.ceil(seconds * 1000), NOT_BEFORE_MAX_MS));
}

function retryAfterOf(error: unknown): number | undefined {
  if (error instanceof SlackDeadlineError) {
    return error.retryAfterSeconds;
  }
  return error instanceof SlackApiError && error.status === 429
    ? (error.retryAfterSeconds ?? WAIT_DEFAULT_SECONDS)
    : undefined;
}
