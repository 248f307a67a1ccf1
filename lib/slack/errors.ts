import { describeApiFailure, describeBodyProblem } from "./advice.ts";
import type { SlackResponse } from "./response.ts";

/**
 * Everything the client throws on its own account. Not wrapped: the reason of
 * an aborted signal, and what a token function or a retry handler throws.
 *
 * No message, cause or enumerable field holds the token or the text of an entry.
 */
export abstract class SlackAuditError extends Error {
  abstract override readonly name: string;
  /** Stable, for code and for dashboards. */
  abstract readonly code: string;
  /** Whether the same call may succeed later with nothing changed on our side. */
  abstract readonly retryable: boolean;
}

/** What `SlackApiError` is made from. */
export interface SlackApiFailure {
  /** HTTP status; 0 for a redirect that `fetch` hides. */
  status: number;
  /** Slack's own code, such as `invalid_cursor`; absent when the body is not Slack's. */
  apiCode?: string | undefined;
  /** How long Slack asked to wait. */
  retryAfterSeconds?: number | undefined;
  /** `missing_scope` only: the scope that is needed. */
  needed?: string | undefined;
  /** `missing_scope` only: the scopes that the token has. */
  provided?: string | undefined;
  response?: SlackResponse<unknown> | undefined;
}

/** Slack sends these with several statuses, 200 among them. */
const REFUSED_TOKEN_CODES: ReadonlySet<string> = new Set([
  "account_inactive",
  "invalid_auth",
  "invalid_authentication",
  "invalid_refresh_token",
  "missing_authentication",
  "missing_scope",
  "not_authed",
  "org_login_required",
  "team_not_authorized",
  "token_expired",
  "token_revoked",
  "user_not_authorized",
]);

/** Slack, or something on the way, answered and refused. */
export class SlackApiError extends SlackAuditError {
  override readonly name = "SlackApiError";
  override readonly code = "slack_api_error";
  override readonly retryable: boolean;
  readonly apiCode: string | undefined;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  /** Whether another token, or another installation of the app, is what it takes. */
  readonly tokenRefused: boolean;
  /** Not enumerable: its body does not end up in a log by accident. */
  declare response: SlackResponse<unknown> | undefined;

  constructor(failure: SlackApiFailure, options?: ErrorOptions) {
    super(describeApiFailure(failure), options);
    this.apiCode = failure.apiCode;
    this.status = failure.status;
    this.retryAfterSeconds = failure.retryAfterSeconds;
    this.tokenRefused = failure.status === 401 || REFUSED_TOKEN_CODES.has(failure.apiCode ?? "");
    this.retryable = isRateLimit(failure) || failure.status === 408 || failure.status >= 500;
    attachResponse(this, failure.response);
  }
}

/** What went wrong below HTTP. */
export type ConnectionFault = "network" | "timeout" | "cut";

/** No complete answer: no connection, a reset, a time-out, a body that ended early. */
export class SlackConnectionError extends SlackAuditError {
  override readonly name = "SlackConnectionError";
  override readonly code = "slack_connection_error";
  override readonly retryable: boolean;
  readonly fault: ConnectionFault;
  /** Code of the error behind it, such as `ECONNRESET`; absent when it has none. */
  readonly causeCode: string | undefined;

  /** @param retryable - false for what waiting cannot mend, such as a certificate that is not trusted */
  constructor(
    message: string,
    {
      fault = "network",
      retryable = true,
      causeCode,
      ...options
    }: SlackConnectionErrorOptions = {},
  ) {
    super(message, options);
    this.fault = fault;
    this.causeCode = causeCode;
    this.retryable = retryable;
  }
}

export interface SlackConnectionErrorOptions extends ErrorOptions {
  fault?: ConnectionFault;
  retryable?: boolean;
  causeCode?: string | undefined;
}

/** What is wrong with a body that came with a success status. */
export type BodyProblem = "html" | "cut" | "not_json" | "wrong_shape" | "too_large";

/** An answer with a success status that is not what the API promises. */
export class SlackBodyError extends SlackAuditError {
  override readonly name = "SlackBodyError";
  override readonly code = "slack_body_error";
  override readonly retryable: boolean;
  readonly problem: BodyProblem;
  /** Not enumerable: its body does not end up in a log by accident. */
  declare response: SlackResponse<unknown> | undefined;

  /** @param detail - what was expected, or where it went wrong; never text of the body */
  constructor(
    problem: BodyProblem,
    detail?: string,
    { response, ...options }: ErrorOptions & { response?: SlackResponse<unknown> } = {},
  ) {
    super(describeBodyProblem(problem, detail), options);
    this.problem = problem;
    this.retryable = problem !== "too_large";
    attachResponse(this, response);
  }
}

/** A wait or a call that does not fit before the deadline; it was not begun, or was ended by it. */
export class SlackDeadlineError extends SlackAuditError {
  override readonly name = "SlackDeadlineError";
  override readonly code = "slack_deadline_error";
  override readonly retryable = true;
  /** How long Slack asked to wait, when that is what did not fit. */
  readonly retryAfterSeconds: number | undefined;

  /** `cause` is the failure that a retry would have followed; none when the first call did not fit. */
  constructor(
    message: string,
    {
      retryAfterSeconds,
      ...options
    }: ErrorOptions & { retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The caller's mistake: an option, a parameter, or a missing token. Nothing was sent. */
export class SlackConfigurationError extends SlackAuditError {
  override readonly name = "SlackConfigurationError";
  override readonly code = "slack_configuration_error";
  override readonly retryable = false;
}

/** The docs say `rate_limited`, some bodies say `ratelimited`; the status decides before either. */
export function isRateLimit(failure: { status: number; apiCode?: string | undefined }): boolean {
  return (
    failure.status === 429 ||
    failure.apiCode === "rate_limited" ||
    failure.apiCode === "ratelimited"
  );
}

function attachResponse(error: Error, response: SlackResponse<unknown> | undefined): void {
  Object.defineProperty(error, "response", { value: response, writable: true, enumerable: false });
}
