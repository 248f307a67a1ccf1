import {
  type ConnectionFault,
  isRateLimit,
  SlackApiError,
  type SlackAuditError,
  SlackBodyError,
  SlackConnectionError,
} from "./errors.ts";
import type { SlackResponse } from "./response.ts";

/** A request as it may be shown. */
export interface SentRequest {
  readonly method: string;
  /** Without any secret. */
  readonly url: string;
  /** Names in lower case; without `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a handler decides on. Made anew for each failure. */
export interface RetryState {
  /** What the attempt failed with. */
  readonly error: SlackAuditError;
  /** What was sent, without the token. */
  readonly request: SentRequest;
  /** What Slack answered; absent without a complete answer. */
  readonly response: SlackResponse<unknown> | undefined;
  /** Attempts made so far in this request, from 1. */
  readonly attempt: number;
  /** Retries that this handler has already had in this request, from 0. */
  readonly retryCount: number;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Ends the request when it is aborted. */
  readonly signal: AbortSignal | undefined;
  /** For the handlers' own notes; one map a request, shared by its handlers. */
  readonly values: Map<string, unknown>;
}

/**
 * Decides whether, and how long after, a failed attempt is made again.
 *
 * The client asks its handlers in order; the first that has retries left and
 * says yes wins. Each handler has a count of its own in each request, so two
 * handlers with one retry each allow two retries. A handler holds no state of a
 * request and may be shared by clients.
 */
export interface RetryHandler {
  /** For the log. */
  readonly name: string;
  /** Retries a request, at most. */
  readonly maxRetryCount: number;
  canRetry(state: RetryState): boolean | Promise<boolean>;
  /** Milliseconds to wait before the next attempt. A wait that does not fit before the deadline is not begun. */
  delayMs(state: RetryState): number;
  /** Runs after the wait, before the attempt: get a fresh token, for example. What it throws ends the request. */
  prepare?(state: RetryState): void | Promise<void>;
}

/** Milliseconds to wait before a retry; `retryCount` counts from 0. */
export type IntervalCalculator = (retryCount: number, random: () => number) => number;

/** Spreads a delay, so that clients that failed together do not come back together. */
export type Jitter = (delayMs: number, random: () => number) => number;

/** Adds 0 to `maxMs` milliseconds. */
export function addedJitter(maxMs = 1000): Jitter {
  return (delayMs, random) => delayMs + random() * maxMs;
}

/** Leaves the delay as it is. */
export const noJitter: Jitter = (delayMs) => delayMs;

/** The same delay each time. */
export function fixedInterval(intervalMs = 500): IntervalCalculator {
  return () => intervalMs;
}

/** `factorMs · 2^retryCount`, at most `maxMs`, and jitter on top. */
export function backoffInterval({
  factorMs = 500,
  maxMs = 30_000,
  jitter = addedJitter(),
}: {
  factorMs?: number;
  maxMs?: number;
  jitter?: Jitter;
} = {}): IntervalCalculator {
  return (retryCount, random) => jitter(Math.min(maxMs, factorMs * 2 ** retryCount), random);
}

export interface RetryHandlerOptions {
  /** @default 1 */
  maxRetryCount?: number;
  /** @default backoffInterval() */
  interval?: IntervalCalculator;
}

abstract class IntervalRetryHandler implements RetryHandler {
  abstract readonly name: string;
  readonly maxRetryCount: number;
  protected readonly interval: IntervalCalculator;

  constructor({ maxRetryCount = 1, interval = backoffInterval() }: RetryHandlerOptions = {}) {
    if (!Number.isInteger(maxRetryCount) || maxRetryCount < 0) {
      throw new RangeError(`maxRetryCount must be a whole number from 0, not ${maxRetryCount}`);
    }
    this.maxRetryCount = maxRetryCount;
    this.interval = interval;
  }

  abstract canRetry(state: RetryState): boolean;

  delayMs({ retryCount, random }: RetryState): number {
    return this.interval(retryCount, random);
  }
}

export interface ConnectionErrorOptions extends RetryHandlerOptions {
  /**
   * Which failures are retried: by fault, or by the code of the error behind
   * it, such as `ECONNRESET`.
   *
   * @default all that may be mended by waiting
   */
  only?: readonly (ConnectionFault | (string & Record<never, never>))[];
}

/** Retries when no complete answer came: a reset, a time-out, a body that ended early. */
export class ConnectionErrorRetryHandler extends IntervalRetryHandler {
  override readonly name = "ConnectionErrorRetryHandler";
  readonly #only: readonly string[] | undefined;

  constructor({ only, ...options }: ConnectionErrorOptions = {}) {
    super(options);
    this.#only = only;
  }

  override canRetry({ error }: RetryState): boolean {
    if (!(error instanceof SlackConnectionError)) {
      return false;
    }
    const { causeCode = "", fault, retryable } = error;
    return this.#only?.some((kind) => kind === fault || kind === causeCode) ?? retryable;
  }
}

/** Retries a success whose body is not what the API promises: HTML, cut or malformed JSON. */
export class BodyErrorRetryHandler extends IntervalRetryHandler {
  override readonly name = "BodyErrorRetryHandler";

  override canRetry({ error }: RetryState): boolean {
    return error instanceof SlackBodyError && error.retryable;
  }
}

export interface RetryAfterOptions extends RetryHandlerOptions {
  /**
   * The longest `Retry-After` that is taken at its word. Slack asks for a minute
   * or so; much more is likelier a broken header or a clock gone wrong.
   *
   * @default 300_000
   */
  maxRetryAfterMs?: number;
  /** Added to `Retry-After`. @default addedJitter(1000) */
  jitter?: Jitter;
}

abstract class RetryAfterRetryHandler extends IntervalRetryHandler {
  readonly #maxRetryAfterMs: number;
  readonly #jitter: Jitter;

  constructor({
    maxRetryAfterMs = 300_000,
    jitter = addedJitter(),
    ...rest
  }: RetryAfterOptions = {}) {
    super(rest);
    this.#maxRetryAfterMs = maxRetryAfterMs;
    this.#jitter = jitter;
  }

  /** `Retry-After`, capped, plus jitter; the interval when Slack named no time. */
  override delayMs(state: RetryState): number {
    const { error, random } = state;
    const seconds = error instanceof SlackApiError ? error.retryAfterSeconds : undefined;
    return seconds === undefined
      ? super.delayMs(state)
      : this.#jitter(Math.min(seconds * 1000, this.#maxRetryAfterMs), random);
  }
}

/** Retries HTTP 429 after the time that `Retry-After` asks for. */
export class RateLimitErrorRetryHandler extends RetryAfterRetryHandler {
  override readonly name = "RateLimitErrorRetryHandler";

  override canRetry({ error }: RetryState): boolean {
    return error instanceof SlackApiError && isRateLimit(error);
  }
}

/** Retries HTTP 5xx, and Slack's `internal_error` whatever its status, after `Retry-After` when there is one. */
export class ServerErrorRetryHandler extends RetryAfterRetryHandler {
  override readonly name = "ServerErrorRetryHandler";

  override canRetry({ error }: RetryState): boolean {
    return (
      error instanceof SlackApiError && (error.status >= 500 || error.apiCode === "internal_error")
    );
  }
}

/** What a client has unless it is told otherwise: one retry after a failed connection. */
export function defaultRetryHandlers(): RetryHandler[] {
  return [new ConnectionErrorRetryHandler()];
}

/** One of each kind, each with one retry. */
export function allBuiltinRetryHandlers(): RetryHandler[] {
  return [
    new ConnectionErrorRetryHandler(),
    new RateLimitErrorRetryHandler(),
    new ServerErrorRetryHandler(),
    new BodyErrorRetryHandler(),
  ];
}
