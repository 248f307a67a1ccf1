import { abortable } from "./abortable.ts";
import type { Clock } from "./clock.ts";
import {
  isRateLimit,
  SlackApiError,
  SlackAuditError,
  type SlackBodyError,
  SlackConfigurationError,
  SlackDeadlineError,
} from "./errors.ts";
import { type Exchange, TimeLeftError } from "./exchange.ts";
import type { ClientHooks, WaitReport } from "./hooks.ts";
import type { Logger } from "./logger.ts";
import type { CallOptions } from "./options.ts";
import type { Pacer } from "./pacer.ts";
import type { Redactor } from "./redact.ts";
import type { Request } from "./request.ts";
import type { Answer, SlackResponse } from "./response.ts";
import type { RetryHandler, RetryState } from "./retry.ts";

export interface SenderParts {
  exchange: Exchange;
  pacer: Pacer | undefined;
  hooks: ClientHooks;
  redactor: Redactor;
  logger: Logger;
  clock: Clock;
  random: () => number;
}

/** Sends a request, and again as the retry handlers say, until something comes out or time is up. */
export class Sender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** @param interpret - what it throws is a failure of the attempt, too */
  async send<T>(
    request: Request,
    handlers: readonly RetryHandler[],
    { signal, deadlineMs = Number.POSITIVE_INFINITY }: CallOptions,
    interpret: (answer: Answer) => T,
  ): Promise<T> {
    const { clock, random, logger } = this.#parts;
    const retryCounts = handlers.map(() => 0);
    const values = new Map<string, unknown>();
    let failure: SlackAuditError | undefined;
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      await this.#takeTurn(attempt, deadlineMs, signal, failure);
      const timeLeftMs = deadlineMs - clock.nowMs();
      if (!(timeLeftMs > 0)) {
        throw deadlineError("there is no time left for a call to Slack", failure);
      }
      const outcome = await this.#attempt(request, attempt, timeLeftMs, signal, interpret);
      if ("result" in outcome) {
        return outcome.result;
      }
      failure = outcome.failure;
      const state = {
        error: failure,
        request: this.#shown(request),
        response: responseOf(failure),
        attempt,
        nowMs: clock.nowMs(),
        random,
        signal,
        values,
      };
      const chosen = await chooseHandler(handlers, state, retryCounts);
      if (chosen === undefined) {
        throw failure;
      }
      const { handler, retryCount } = chosen;
      const delayMs = Math.max(0, handler.delayMs({ ...state, retryCount }));
      this.#requireTime(delayMs, deadlineMs, failure);
      logger.warn("Slack call failed, trying again", {
        handler: handler.name,
        attempt,
        delayMs: Math.round(delayMs),
        error: { name: failure.name, code: failure.code, message: failure.message },
      });
      await this.#wait({ reason: "retry", attempt, delayMs, handler: handler.name }, signal);
      await abortable(handler.prepare?.({ ...state, retryCount }), signal);
    }
  }

  /** One attempt and its report. */
  async #attempt<T>(
    request: Request,
    attempt: number,
    timeLeftMs: number,
    signal: AbortSignal | undefined,
    interpret: (answer: Answer) => T,
  ): Promise<{ result: T } | { failure: SlackAuditError }> {
    const { clock, exchange, hooks, pacer } = this.#parts;
    const { method, path } = request;
    const startedMs = clock.nowMs();
    let answer: Answer | undefined;
    const report = (error: SlackAuditError | undefined) => {
      const received = answer ?? responseOf(error);
      hooks.onAttempt?.({
        method,
        path,
        attempt,
        durationMs: clock.nowMs() - startedMs,
        status: received?.status,
        bodyBytes: received?.rawBody.byteLength,
        error,
      });
    };
    let result: T;
    try {
      answer = await exchange.run(request, attempt, timeLeftMs, signal);
      result = interpret(answer);
    } catch (error) {
      if (error instanceof TimeLeftError) {
        report(error.cause);
        throw deadlineError("Slack did not answer before the deadline", error.cause);
      }
      if (!(error instanceof SlackAuditError) || error instanceof SlackConfigurationError) {
        throw error;
      }
      if (error instanceof SlackApiError && isRateLimit(error)) {
        pacer?.pause(clock.nowMs() + (error.retryAfterSeconds ?? 0) * 1000);
      }
      report(error);
      return { failure: error };
    }
    report(undefined);
    return { result };
  }

  async #takeTurn(
    attempt: number,
    deadlineMs: number,
    signal: AbortSignal | undefined,
    failure: SlackAuditError | undefined,
  ): Promise<void> {
    const { clock, pacer } = this.#parts;
    const delayMs = pacer?.take(clock.nowMs()) ?? 0;
    if (delayMs > 0) {
      this.#requireTime(delayMs, deadlineMs, failure);
      await this.#wait({ reason: "pacer", attempt, delayMs, handler: undefined }, signal);
    }
  }

  /** @throws {SlackDeadlineError} when a wait does not fit before the deadline */
  #requireTime(delayMs: number, deadlineMs: number, failure: SlackAuditError | undefined): void {
    if (!(this.#parts.clock.nowMs() + delayMs < deadlineMs)) {
      throw deadlineError(
        `a wait of ${Math.ceil(delayMs / 1000)} s before the next attempt does not fit before the deadline`,
        failure,
      );
    }
  }

  async #wait(wait: WaitReport, signal: AbortSignal | undefined): Promise<void> {
    const { clock, hooks } = this.#parts;
    hooks.onWait?.(wait);
    await abortable(clock.sleep(wait.delayMs, signal), signal);
  }

  /** What a retry handler may see: no token. */
  #shown({ method, url, headers }: Request): RetryState["request"] {
    return { method, url: this.#parts.redactor.text(url.href), headers };
  }
}

/** The first handler that has retries left and wants one; its count is raised. */
async function chooseHandler(
  handlers: readonly RetryHandler[],
  state: Omit<RetryState, "retryCount">,
  retryCounts: number[],
): Promise<{ handler: RetryHandler; retryCount: number } | undefined> {
  for (const [index, handler] of handlers.entries()) {
    const retryCount = retryCounts[index] ?? 0;
    const hasRetries = retryCount < handler.maxRetryCount;
    const canRetry =
      hasRetries && (await abortable(handler.canRetry({ ...state, retryCount }), state.signal));
    if (canRetry) {
      retryCounts[index] = retryCount + 1;
      return { handler, retryCount };
    }
  }
  return undefined;
}

function deadlineError(message: string, cause: SlackAuditError | undefined): SlackDeadlineError {
  const retryAfterSeconds = cause instanceof SlackApiError ? cause.retryAfterSeconds : undefined;
  const asked =
    retryAfterSeconds === undefined ? "" : ` (Slack asked to wait ${retryAfterSeconds} s)`;
  return new SlackDeadlineError(
    `${message}${asked}: call again later, or with more time`,
    cause === undefined ? {} : { cause, retryAfterSeconds },
  );
}

function responseOf(error: SlackAuditError | undefined): SlackResponse<unknown> | undefined {
  return error !== undefined && "response" in error
    ? (error as SlackApiError | SlackBodyError).response
    : undefined;
}
