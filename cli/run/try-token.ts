import { AuditLogsClient } from "../../lib/slack/client.ts";
import { SlackApiError, SlackAuditError, SlackDeadlineError } from "../../lib/slack/errors.ts";
import type { AuditLogEntry } from "../../lib/slack/types.ts";

/** For the one call that tries the token, retries included. */
const CHECK_MS = 60_000;

/** Slack rejected the token, or could not be reached. */
export class TokenCheckError extends Error {
  override readonly name = "TokenCheckError";
  readonly code = "token_not_accepted";
  /** Whether it is the token that is to be replaced. */
  readonly isRefused: boolean;

  constructor(message: string, isRefused: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isRefused = isRefused;
  }
}

/**
 * Make one small call with a token.
 *
 * @param baseUrl - of the Audit Logs API
 * @returns the newest entry; undefined when there is none
 * @throws {TokenCheckError} when Slack rejects it, or gives no usable answer
 */
export async function tryToken(token: string, baseUrl: string): Promise<AuditLogEntry | undefined> {
  try {
    const slack = new AuditLogsClient({ token, baseUrl });
    const { typedBody } = await slack.logs({ limit: 1 }, { deadlineMs: Date.now() + CHECK_MS });
    return typedBody.entries[0];
  } catch (error) {
    if (!(error instanceof SlackAuditError)) throw error;
    // No time for another attempt: what counts is why the last one failed.
    const { message } =
      error instanceof SlackDeadlineError && error.cause instanceof Error ? error.cause : error;
    const isRefused = error instanceof SlackApiError && (error.tokenRefused || !error.retryable);
    throw new TokenCheckError(message, isRefused, { cause: error });
  }
}
