import type { SlackAuditError } from "./errors.ts";

/** One attempt, when it is over. */
export interface AttemptReport {
  method: string;
  /** Below `baseUrl`: `logs`. */
  path: string;
  /** From 1 in each call. */
  attempt: number;
  durationMs: number;
  /** HTTP status; absent without a complete answer. */
  status: number | undefined;
  /** Length of the body, decompressed; absent without a complete answer. */
  bodyBytes: number | undefined;
  /** Absent after a success. */
  error: SlackAuditError | undefined;
}

/** One wait, before it begins. */
export interface WaitReport {
  /** `pacer`: for the next turn; `retry`: after a failed attempt. */
  reason: "pacer" | "retry";
  /** The attempt that follows a wait for the pacer, or failed before a retry. */
  attempt: number;
  delayMs: number;
  /** Name of the retry handler; absent for the pacer. */
  handler: string | undefined;
}

/** For metrics. What a hook throws ends the call. */
export interface ClientHooks {
  onAttempt?(report: AttemptReport): void;
  onWait?(report: WaitReport): void;
}
