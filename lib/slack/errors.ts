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

/** Slack, or something on the way, answered and refused. */
export class SlackApiError extends SlackAuditError {
  override readonly name = "SlackApiError";
  override readonly code = "slack_api_error";
  override readonly retryable: boolean;
  readonly apiCode: string | undefined;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  /** Not enumerable: its body does not end up in a log by accident. */
  declare response: SlackResponse<unknown> | undefined;

  constructor(failure: SlackApiFailure, options?: ErrorOptions) {
    super(describeApiFailure(failure), options);
    this.apiCode = failure.apiCode;
    this.status = failure.status;
    this.retryAfterSeconds = failure.retryAfterSeconds;
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

  /** @param retryable - false for what waiting cannot mend, such as a certificate that is not trusted */
  constructor(
    message: string,
    { fault = "network", retryable = true, ...options }: SlackConnectionErrorOptions = {},
  ) {
    super(message, options);
    this.fault = fault;
    this.retryable = retryable;
  }
}

export interface SlackConnectionErrorOptions extends ErrorOptions {
  fault?: ConnectionFault;
  retryable?: boolean;
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
    super(
      `${BODY_PROBLEMS[problem].what}${detail === undefined ? "" : ` (${detail})`}: ${BODY_PROBLEMS[problem].next}`,
      options,
    );
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

const TOKEN_REFUSED =
  "Slack does not accept the token; it may be revoked, expired or mistyped: give a valid xoxp- token of an Org Owner";
const TOO_MANY_CALLS = "too many calls to the organization; wait before the next one";

/** @see https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference#errors */
const API_CODES = new Map([
  [
    "bad_endpoint",
    "there is no such method under this base URL; check baseUrl and the path (logs, schemas, actions)",
  ],
  [
    "feature_not_enabled",
    "the Audit Logs API is not enabled for this organization; it needs an Enterprise Grid plan: ask Slack to enable it",
  ],
  [
    "invalid_action",
    "an action name in the filter does not exist; compare it with the list that actions() gives",
  ],
  ["invalid_authentication", TOKEN_REFUSED],
  [
    "invalid_cursor",
    "the page cursor has expired or does not belong to this listing; begin the listing again without it",
  ],
  [
    "invalid_range",
    "the time range is refused; oldest must not be after latest, nor latest in the future (both in epoch seconds)",
  ],
  [
    "invalid_workspace",
    "the workspace is not part of this organization; install the app on the organization, and use the token of that installation",
  ],
  ["method_not_allowed", "the API takes only GET here; change the method"],
  ["missing_authentication", "the call carried no token; give the client a token"],
  [
    "missing_scope",
    "the token lacks a scope; add auditlogs:read to the app's user scopes, and install it on the organization again",
  ],
  ["rate_limited", TOO_MANY_CALLS],
  ["ratelimited", TOO_MANY_CALLS],
  [
    "team_not_authorized",
    "the app is installed on a workspace; an Org Owner must install it on the Enterprise Grid organization",
  ],
  [
    "user_not_authorized",
    "the user behind the token may not read audit logs; an Org Owner must install the app",
  ],
]);

function describeApiFailure(failure: SlackApiFailure): string {
  const { apiCode, status, retryAfterSeconds, needed, provided } = failure;
  const facts = [status === 0 ? "redirect" : `HTTP ${status}`];
  if (needed !== undefined) {
    facts.push(`needed: ${needed}`);
  }
  if (provided !== undefined) {
    facts.push(`provided: ${provided}`);
  }
  if (retryAfterSeconds !== undefined) {
    facts.push(`asked to wait ${retryAfterSeconds} s`);
  }
  const advice = API_CODES.get(apiCode ?? "") ?? describeStatus(status);
  return `Slack answered ${apiCode ?? "with an error"} (${facts.join(", ")}): ${advice}`;
}

function describeStatus(status: number): string {
  if (status === 0 || (status >= 300 && status < 400)) {
    return "a redirect is never followed with the token; check baseUrl, and whether a proxy or a sign-in page stands in between";
  }
  if (status === 401) {
    return TOKEN_REFUSED;
  }
  if (status === 403) {
    return "the token may not do this, or a proxy forbids it; check the app's scope and the network path";
  }
  if (status === 407) {
    return "the proxy wants credentials; put them in the proxy URL";
  }
  if (status === 429) {
    return TOO_MANY_CALLS;
  }
  if (status >= 500) {
    return "Slack or a proxy on the way is failing; try again later, and see https://slack-status.com";
  }
  return "see https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference#errors";
}

const BODY_PROBLEMS: Record<BodyProblem, { what: string; next: string }> = {
  html: {
    what: "the answer is an HTML page",
    next: "check that baseUrl is the Audit Logs API (https://api.slack.com/audit/v1/), and whether a proxy or a sign-in page stands in between",
  },
  cut: {
    what: "the JSON of the answer ends early",
    next: "try again; if it repeats, a proxy on the way may limit the size of answers: ask for smaller pages (limit)",
  },
  not_json: {
    what: "the answer is not JSON",
    next: "try again; if it repeats, look at what answers under baseUrl",
  },
  wrong_shape: {
    what: "the answer is JSON of another shape than the API promises",
    next: "try again; if it repeats, check baseUrl, and report it with the raw body",
  },
  too_large: {
    what: "the answer is larger than allowed",
    next: "ask for smaller pages (limit) or raise maxBodyBytes",
  },
};
