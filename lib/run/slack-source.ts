import type { Clock, TokenProvider } from "../ports.ts";
import { AuditLogsClient, type AuditLogsClientOptions } from "../slack/client.ts";
import { SlackApiError, SlackBodyError, SlackConnectionError } from "../slack/errors.ts";
import {
  BodyErrorRetryHandler,
  ConnectionErrorRetryHandler,
  RateLimitErrorRetryHandler,
  type RetryHandler,
  type RetryState,
  ServerErrorRetryHandler,
} from "../slack/retry.ts";
import { BackgroundPacer } from "./background-pacer.ts";
import { CallPacer } from "./call-pacer.ts";
import type { SlackSource } from "./listing.ts";

export interface SlackSourceOptions
  extends Pick<
    AuditLogsClientOptions,
    "baseUrl" | "timeoutMs" | "logger" | "hooks" | "fetch" | "dispatcher" | "random" | "proxy"
  > {
  tokens: TokenProvider;
  clock: Clock;
  /**
   * For work that can wait: no more calls than these, and a 429 ends the run
   * instead of being waited for, so that the live runs go first.
   * @default as many as Slack allows
   */
  backgroundCallsPerMinute?: number;
}

/**
 * Slack as a run uses it: patient, and no faster than it allows.
 *
 * With backoff up to 30 s, eight retries outlast about two minutes of trouble.
 * The run's deadline cuts that short where time is short.
 */
export function createSlackSource({
  tokens,
  backgroundCallsPerMinute,
  ...options
}: SlackSourceOptions): SlackSource {
  const pacer =
    backgroundCallsPerMinute === undefined
      ? new CallPacer(options.clock)
      : new BackgroundPacer(options.clock, backgroundCallsPerMinute);
  const client = new AuditLogsClient({
    ...options,
    token: () => tokens.get(),
    retryHandlers: [
      new RefusedTokenRetryHandler(tokens),
      ...(pacer instanceof CallPacer ? [new PacingRetryHandler(pacer)] : []),
      new ServerErrorRetryHandler({ maxRetryCount: 8 }),
      new ConnectionRetryHandler({ maxRetryCount: 8 }),
      new BodyRetryHandler({ maxRetryCount: 8 }),
    ],
  });
  return {
    logsPage: async (query, callOptions) => {
      await pacer.turn(callOptions.signal);
      return client.logsPage(query, callOptions);
    },
  };
}

/**
 * An answer that is cut off again and again is too large for something on the
 * way: the listing asks for smaller ones (`listing.ts`), and must come to that
 * several times in a run.
 */
const CUT_ATTEMPTS_MAX = 3;

function isCutAgain({ error, attempt }: RetryState): boolean {
  const isCut =
    (error instanceof SlackConnectionError && error.fault === "cut") ||
    (error instanceof SlackBodyError && error.problem === "cut");
  return isCut && attempt >= CUT_ATTEMPTS_MAX;
}

class ConnectionRetryHandler extends ConnectionErrorRetryHandler {
  override canRetry(state: RetryState): boolean {
    return super.canRetry(state) && !isCutAgain(state);
  }
}

class BodyRetryHandler extends BodyErrorRetryHandler {
  override canRetry(state: RetryState): boolean {
    return super.canRetry(state) && !isCutAgain(state);
  }
}

/** Slows the calls that follow, too. */
class PacingRetryHandler extends RateLimitErrorRetryHandler {
  readonly #pacer: CallPacer;

  constructor(pacer: CallPacer) {
    super({ maxRetryCount: 10 });
    this.#pacer = pacer;
  }

  override canRetry(state: RetryState): boolean {
    const isThrottled = super.canRetry(state);
    if (isThrottled) {
      this.#pacer.throttle();
    }
    return isThrottled;
  }

  prepare(): void {
    this.#pacer.called();
  }
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
    return error instanceof SlackApiError && error.tokenRefused;
  }

  delayMs(): number {
    return 0;
  }

  async prepare(): Promise<void> {
    await this.#tokens.refresh();
  }
}
