import type { BodyProblem, SlackApiFailure } from "./errors.ts";

const TOKEN_REFUSED =
  "Slack does not accept the token; it may be revoked, expired or mistyped: give a valid xoxp- token of an Org Owner";
const APP_CREDENTIALS =
  "the app's credentials are wrong; compare them with Basic Information in the app's settings";
const NEW_CODE = "the code was used before or has expired; authorize the app again";
const REDIRECT_URL =
  "the redirect URL is not one of the app's; add it under OAuth & Permissions in the app's settings";
const TOO_MANY_CALLS = "too many calls to the organization; wait before the next one";

/** @see https://docs.slack.dev/reference/audit-logs-api/methods-actions-reference#errors */
const API_CODES = new Map([
  ["bad_client_secret", APP_CREDENTIALS],
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
  [
    "account_inactive",
    "the user behind the token is deactivated, or the app is no longer installed; let an active Org Owner install the app on the organization, and use the token of that installation",
  ],
  [
    "invalid_arguments",
    "a parameter is not accepted; check the filters, and begin the listing again if it went on from a cursor",
  ],
  ["bad_redirect_uri", REDIRECT_URL],
  ["code_already_used", NEW_CODE],
  ["invalid_auth", TOKEN_REFUSED],
  ["invalid_authentication", TOKEN_REFUSED],
  ["invalid_client_id", APP_CREDENTIALS],
  ["invalid_code", NEW_CODE],
  [
    "invalid_cursor",
    "the page cursor has expired or does not belong to this listing; begin the listing again without it",
  ],
  [
    "invalid_range",
    "the time range is refused; oldest must not be after latest, nor latest in the future (both in epoch seconds)",
  ],
  [
    "invalid_refresh_token",
    "the refresh token was used before, was revoked or has expired; let an Org Owner authorize the app again (token authorize)",
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
  ["not_authed", "the call carried no token; give the client a token"],
  [
    "org_login_required",
    "the workspace is being moved into an organization; when that is done, let an Org Owner install the app on the organization, and use the token of that installation",
  ],
  ["rate_limited", TOO_MANY_CALLS],
  ["ratelimited", TOO_MANY_CALLS],
  [
    "team_not_authorized",
    "the app is installed on a workspace; an Org Owner must install it on the Enterprise Grid organization",
  ],
  [
    "token_expired",
    "the app uses token rotation, whose tokens expire within hours; in the stack, let the functions refresh it (tokenRotation in the configuration, and token authorize); elsewhere, create a new app without token rotation, let an Org Owner install it on the organization, and use its token",
  ],
  [
    "token_revoked",
    "the token was revoked; let an Org Owner install the app on the organization again, and use the new token",
  ],
  [
    "user_not_authorized",
    "the user behind the token may not read audit logs; an Org Owner must install the app",
  ],
]);

/** One line: what Slack answered, and what to do next. */
export function describeApiFailure(failure: SlackApiFailure): string {
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
    return "a redirect is never followed with the token; check baseUrl, and whether a proxy or a sign-in page is in between";
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

/** One line: what is wrong with a body, and what to do next. */
export function describeBodyProblem(problem: BodyProblem, detail: string | undefined): string {
  const { what, next } = BODY_PROBLEMS[problem];
  return `${what}${detail === undefined ? "" : ` (${detail})`}: ${next}`;
}

const BODY_PROBLEMS: Record<BodyProblem, { what: string; next: string }> = {
  html: {
    what: "the answer is an HTML page",
    next: "check that baseUrl is the Audit Logs API (https://api.slack.com/audit/v1/), and whether a proxy or a sign-in page is in between",
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
