import { type Clock, LeaseLostError } from "../ports.ts";
import { SlackDeadlineError } from "../slack/errors.ts";
import { notBeforeOf } from "./throttling.ts";

/** How a run ends that did not come to its natural end. */
export type EarlyEnd =
  /** Slack asked to wait longer than this run lasts. */
  | { outcome: "throttled"; notBefore: number }
  /** The deadline came first. */
  | { outcome: "out_of_time" }
  /** The caller's signal ended it. */
  | { outcome: "interrupted" }
  /** This process stood still for so long that another run took over. */
  | { outcome: "lease_lost" };

/**
 * What an error says about a run that it ended.
 *
 * @returns nothing when it is a failure
 */
export function earlyEndOf(
  error: unknown,
  clock: Clock,
  signal: AbortSignal | undefined,
): EarlyEnd | undefined {
  if (signal?.aborted && error === signal.reason) {
    return { outcome: "interrupted" };
  }
  const notBefore = notBeforeOf(error, clock);
  if (notBefore !== undefined) {
    return { outcome: "throttled", notBefore };
  }
  if (error instanceof SlackDeadlineError) {
    return { outcome: "out_of_time" };
  }
  return error instanceof LeaseLostError ? { outcome: "lease_lost" } : undefined;
}

/** A summary that carries the thrown error itself too, out of sight of JSON; see {@link causeOf}. */
export function withFailure<Summary extends { outcome: string }>(
  summary: Summary,
  thrown: unknown,
): Summary & { outcome: "failed" } {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = "code" in error && typeof error.code === "string" ? error.code : "unexpected";
  const { name, message } = error;
  const failed = { ...summary, outcome: "failed" as const, error: { name, code, message } };
  return Object.defineProperty(failed, "cause", { value: error, enumerable: false });
}

/** The error that ended a failed run, with its stack, for callers that throw it on. */
export function causeOf(summary: object): Error | undefined {
  return "cause" in summary && summary.cause instanceof Error ? summary.cause : undefined;
}
