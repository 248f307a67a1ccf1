import type { Clock, TokenProvider } from "../ports.ts";
import { AuditLogsClient, type AuditLogsClientOptions } from "../slack/client.ts";
import { SlackApiError } from "../slack/errors.ts";
import {
  BodyErrorRetryHandler,
  ConnectionErrorRetryHandler,
  RateLimitErrorRetryHandler,
  type RetryHandler,
  type RetryState,
  ServerErrorRetryHandler,
} from "../slack/retry.ts";

export interface SlackSourceOptions
  extends Pick<AuditLogsClientOptions, "baseUrl" | "timeoutMs" | "logger" | "fetch" | "random"> {
  tokens: TokenProvider;
  clock: Clock;
}

/**
 * The client as a run uses it.
 *
 * It is patient: with backoff up to 30 s, eight retries outlast about two
 * minutes of trouble. The run's deadline cuts that short where time is short.
 */
export function createSlackSource({ tokens, ...options }: SlackSourceOptions): AuditLogsClient {
  return new AuditLogsClient({
    ...options,
    token: () => tokens.get(),
    retryHandlers: [
      new RefusedTokenRetryHandler(tokens),
      new RateLimitErrorRetryHandler({ maxRetryCount: 10 }),
      new ServerErrorRetryHandler({ maxRetryCount: 8 }),
      new ConnectionErrorRetryHandler({ maxRetryCount: 8 }),
      new BodyErrorRetryHandler({ maxRetryCount: 8 }),
    ],
  });
}

/** Reads the token again, once a call: it may have been rotated since it was cached. */
class RefusedTokenRetryHandler implements RetryHandler {
  readonly name = "RefusedTokenRetryHandler";
  readonly maxRetryCount = 1;
  readonly #tokens: TokenProvider;

  constructor(tokens: TokenProvider) {
    this.#tokens = tokens;
  }

  canRetry({ error }: RetryState): boolean {
    return (
      error instanceof SlackApiError &&
      (error.status === 401 || error.apiCode === "invalid_authentication")
    );
  }

  delayMs(): number {
    return 0;
  }

  async prepare(): Promise<void> {
    await this.#tokens.refresh();
  }
}
