import type { Alert } from "../detect/alert.ts";

export type { Alert };

/** Somewhere that alerts are sent to. */
export interface Target {
  /**
   * Resolves when the target has the alert.
   *
   * Sending an alert again is safe: a target that can recognizes it by its id.
   *
   * @throws {TargetRefusedError} when the target will not take the alert however often it is sent
   * @throws {TargetUnavailableError} when it may take it later
   */
  send(alert: Alert): Promise<void>;
}

/** The target refuses: its address, its secret or the alert is wrong, so trying again does not help. */
export class TargetRefusedError extends Error {
  override readonly name = "TargetRefusedError";
  readonly code = "target_refused";
  readonly retryable = false;
}

/** The target does not answer, is overloaded or fails; it may take the alert later. */
export class TargetUnavailableError extends Error {
  override readonly name = "TargetUnavailableError";
  readonly code = "target_unavailable";
  readonly retryable = true;
  /** For how long the target asked not to be called; absent when it did not. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    { retryAfterSeconds, ...options }: ErrorOptions & { retryAfterSeconds?: number | undefined },
  ) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
