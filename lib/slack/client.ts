import { validateHeaderName, validateHeaderValue } from "node:http";
import type { SecureContextOptions } from "node:tls";
import { type Clock, systemClock } from "./clock.ts";
import { DEFAULT_BASE_URL, parseBaseUrl, type Query, toMethodUrl } from "./endpoint.ts";
import {
  SlackApiError,
  SlackAuditError,
  SlackBodyError,
  SlackConfigurationError,
  SlackConnectionError,
  SlackDeadlineError,
} from "./errors.ts";
import { parseJsonBody } from "./json-body.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { type LogsPage, parseLogsPage } from "./page.ts";
import { Redactor } from "./redact.ts";
import type { SlackResponse } from "./response.ts";
import { ConnectionErrorRetryHandler, type RetryHandler } from "./retry.ts";
import { parseRetryAfter } from "./retry-after.ts";
import {
  type Fetch,
  fetchTransport,
  type HttpAnswer,
  type Transport,
  undiciTransport,
} from "./transport.ts";
import type { ActionsBody, LogsBody, SchemasBody } from "./types.ts";
import { toUserAgent } from "./user-agent.ts";

/** A token, or what gives one; asked anew for each attempt, so that a rotated token is picked up. */
export type TokenSource = string | (() => string | Promise<string>);

export interface AuditLogsClientOptions {
  /**
   * User token (`xoxp-…`) with `auditlogs:read` of an app that an Org Owner has
   * installed on the organization. `schemas` and `actions` work without.
   */
  token?: TokenSource;
  /**
   * GovSlack: `https://api.slack-gov.com/audit/v1/`. Must be https; http is for loopback only.
   *
   * @default "https://api.slack.com/audit/v1/"
   */
  baseUrl?: string;
  /** For one attempt, from asking for the token to the last byte of the body. @default 30_000 */
  timeoutMs?: number;
  /** Sent with each request. `authorization` and `host` are the client's own. */
  headers?: Readonly<Record<string, string>>;
  userAgentPrefix?: string;
  userAgentSuffix?: string;
  /** @default none */
  logger?: Logger;
  /** Asked in order. @default [new ConnectionErrorRetryHandler()] */
  retryHandlers?: readonly RetryHandler[];
  /**
   * URL of an HTTP proxy; credentials may stand in it. NO_PROXY is honoured.
   *
   * @default HTTPS_PROXY, https_proxy, HTTP_PROXY or http_proxy of the environment
   */
  proxy?: string;
  /** Authorities to trust, a client certificate and so on. */
  tls?: SecureContextOptions;
  /** Longest body that is read, decompressed. @default 67_108_864 (64 MiB) */
  maxBodyBytes?: number;
  /** Does the HTTP instead of undici; then proxy and TLS are its own affair. */
  fetch?: Fetch;
  /** Time for waits and deadlines; attempts time out in real time whatever it says. */
  clock?: Clock;
  /** Uniform in [0, 1), for jitter. @default Math.random */
  random?: () => number;
}

export interface CallOptions {
  /** Added to the client's headers, and before them. */
  headers?: Readonly<Record<string, string>>;
  /** Ends the call at once, with the signal's reason. */
  signal?: AbortSignal;
  /** Epoch milliseconds: no wait and no attempt is begun that would go past it. */
  deadlineMs?: number;
}

/** Filters of a listing; they are all to be met. */
export interface LogsParams {
  /** Epoch seconds, documented as included. */
  latest?: number;
  /** Epoch seconds, documented as included; nothing exists before March 2018. */
  oldest?: number;
  /** Entries a page, 1 to 9999; Slack may exceed it when entries share a second. */
  limit?: number;
  /** Action names, at most 30. */
  action?: string | readonly string[];
  /** Id of the user who acted. */
  actor?: string;
  /** Id of what was acted on. */
  entity?: string;
  /** `next_cursor` of the page before. It does not remember the other parameters. */
  cursor?: string;
  /** Further parameters that this client does not know. */
  query?: Query;
}

export interface ApiCall {
  /** @default "GET" */
  method?: string;
  /** Below `baseUrl`, without a leading slash: `logs`. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
}

/** A success, before anyone has looked into its body. */
type Success = Pick<SlackResponse<unknown>, "url" | "status" | "headers" | "rawBody">;

interface Request {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | undefined;
  needsToken: boolean;
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1; // setTimeout's own limit
const MAX_LIMIT = 9999;
const MAX_ACTIONS = 30;
/** No epoch seconds reach it before the year 5138; epoch milliseconds have passed it since 1973. */
const LEAST_MILLISECONDS = 1e11;

/**
 * Slack's Audit Logs API.
 *
 * Every failure is thrown: `SlackApiError` when Slack refuses,
 * `SlackConnectionError` without a complete answer, `SlackBodyError` when a
 * success is not what the API promises, `SlackDeadlineError` when the time does
 * not suffice, `SlackConfigurationError` for a mistake of the caller.
 *
 * The token goes to `baseUrl` only: redirects are not followed.
 *
 * @see https://docs.slack.dev/admins/audit-logs-api
 */
export class AuditLogsClient {
  readonly #token: TokenSource | undefined;
  readonly #baseUrl: URL;
  readonly #timeoutMs: number;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #logger: Logger;
  readonly #retryHandlers: readonly RetryHandler[];
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #redactor = new Redactor();

  /** @throws {SlackConfigurationError} when an option cannot be used */
  constructor(options: AuditLogsClientOptions = {}) {
    const { timeoutMs = 30_000, maxBodyBytes = 64 * 2 ** 20, fetch, proxy, tls } = options;
    requireInteger("timeoutMs", timeoutMs, 1, MAX_TIMEOUT_MS);
    requireInteger("maxBodyBytes", maxBodyBytes, 1, Number.MAX_SAFE_INTEGER);
    if (fetch !== undefined && (proxy !== undefined || tls !== undefined)) {
      throw new SlackConfigurationError(
        "proxy and tls have no effect on a fetch of your own; set them up in that fetch",
      );
    }
    this.#baseUrl = parseBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL);
    this.#token = options.token;
    this.#timeoutMs = timeoutMs;
    this.#headers = {
      accept: "application/json",
      "user-agent": toUserAgent(options.userAgentPrefix, options.userAgentSuffix),
      ...normalizeHeaders(options.headers),
    };
    this.#logger = options.logger ?? silentLogger;
    this.#retryHandlers = options.retryHandlers ?? [new ConnectionErrorRetryHandler()];
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#transport =
      fetch === undefined
        ? undiciTransport(this.#baseUrl, { maxBodyBytes, proxy, tls })
        : fetchTransport(fetch, { maxBodyBytes });
  }

  /** One page of entries, newest first. */
  async logs(params: LogsParams = {}, options: CallOptions = {}): Promise<SlackResponse<LogsBody>> {
    return this.#send(this.#logsRequest(params, options), options, (success) =>
      this.#toResponse<LogsBody>(success, (body) =>
        Array.isArray(body.entries) ? undefined : "expected an array under entries",
      ),
    );
  }

  /** One page of entries, newest first, each with the exact text that Slack sent. */
  async logsPage(params: LogsParams = {}, options: CallOptions = {}): Promise<LogsPage> {
    return this.#send(this.#logsRequest(params, options), options, (success) => {
      try {
        const page = parseLogsPage(success.rawBody);
        if (page.entries.length === 0) {
          // A refusal may come dressed as an empty page, and would end the listing in silence.
          this.#toResponse(success);
        }
        return page;
      } catch (error) {
        // What is no page may be a refusal: then that is the error.
        const response = this.#toResponse(success);
        if (error instanceof SlackBodyError) {
          error.response = response;
        }
        throw error;
      }
    });
  }

  /**
   * A listing to its end, page by page, newest first; an empty page in the
   * middle does not end it. Every parameter is sent again with each page.
   *
   * @throws {SlackBodyError} when Slack gives a cursor a second time: the listing would never end
   */
  async *pages(params: LogsParams = {}, options: CallOptions = {}): AsyncGenerator<LogsPage> {
    const seen = new Set<string>();
    for (let cursor = params.cursor; ; ) {
      const page = await this.logsPage({ ...params, ...(cursor && { cursor }) }, options);
      yield page;
      cursor = page.nextCursor;
      if (!cursor) {
        return;
      }
      if (seen.has(cursor)) {
        throw new SlackBodyError("wrong_shape", "the same next_cursor came twice in one listing");
      }
      seen.add(cursor);
    }
  }

  /** The kinds of entities and their fields. Needs no token. */
  async schemas(
    { query }: { query?: Query } = {},
    options: CallOptions = {},
  ): Promise<SlackResponse<SchemasBody>> {
    return this.#send(this.#request({ path: "schemas", query }, options), options, (success) =>
      this.#toResponse<SchemasBody>(success, (body) =>
        Array.isArray(body.schemas) ? undefined : "expected an array under schemas",
      ),
    );
  }

  /** The names of all actions, by category. Needs no token. */
  async actions(
    { query }: { query?: Query } = {},
    options: CallOptions = {},
  ): Promise<SlackResponse<ActionsBody>> {
    return this.#send(this.#request({ path: "actions", query }, options), options, (success) =>
      this.#toResponse<ActionsBody>(success, (body) =>
        typeof body.actions === "object" && body.actions !== null
          ? undefined
          : "expected an object under actions",
      ),
    );
  }

  /** Any method below `baseUrl`, also one that this client does not know. */
  async apiCall<Body = Record<string, unknown>>(
    call: ApiCall,
    options: CallOptions = {},
  ): Promise<SlackResponse<Body>> {
    return this.#send(this.#request(call, options), options, (success) =>
      this.#toResponse<Body>(success),
    );
  }

  #logsRequest(params: LogsParams, options: CallOptions): Request {
    const { query, latest, oldest, limit, action, actor, entity, cursor } = params;
    requireSeconds("latest", latest);
    requireSeconds("oldest", oldest);
    if (limit !== undefined) {
      requireInteger("limit", limit, 1, MAX_LIMIT);
    }
    const names = typeof action === "string" ? action : action?.join(",");
    if (names !== undefined && names.split(",").length > MAX_ACTIONS) {
      throw new SlackConfigurationError(
        `action names at most ${MAX_ACTIONS} actions in one call; split the listing`,
      );
    }
    const named = {
      latest,
      oldest,
      limit,
      action: names || undefined,
      actor: actor || undefined,
      entity: entity || undefined,
      cursor: cursor || undefined,
    };
    return this.#request({ path: "logs", query: { ...query, ...named } }, options, true);
  }

  #request(call: ApiCall, options: CallOptions, needsToken = false): Request {
    const { method = "GET", path, query = {}, body } = call;
    if (!/^[A-Z]+$/.test(method)) {
      throw new SlackConfigurationError("method must be an HTTP method in capitals, such as GET");
    }
    if (body !== undefined && (method === "GET" || method === "HEAD")) {
      throw new SlackConfigurationError(`a ${method} request has no body; use query`);
    }
    return {
      method,
      url: toMethodUrl(this.#baseUrl, path, query),
      headers: {
        ...this.#headers,
        ...(body !== undefined && { "content-type": "application/json; charset=utf-8" }),
        ...normalizeHeaders(call.headers),
        ...normalizeHeaders(options.headers),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      needsToken,
    };
  }

  /** Attempt, and attempt again as the handlers say, until something comes out or time is up. */
  async #send<T>(
    request: Request,
    { signal, deadlineMs = Number.POSITIVE_INFINITY }: CallOptions,
    interpret: (success: Success) => T,
  ): Promise<T> {
    const retryCounts = this.#retryHandlers.map(() => 0);
    const values = new Map<string, unknown>();
    let failure: SlackAuditError | undefined;
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const timeLeftMs = deadlineMs - this.#clock.nowMs();
      if (!(timeLeftMs > 0)) {
        throw deadlineError("there is no time left for a call to Slack", failure);
      }
      try {
        return interpret(await this.#attempt(request, attempt, timeLeftMs, signal));
      } catch (error) {
        if (!isFailureOfAttempt(error)) {
          throw error;
        }
        failure = error;
      }
      const state = {
        error: failure,
        attempt,
        nowMs: this.#clock.nowMs(),
        random: this.#random,
        signal,
        values,
      };
      const chosen = await this.#chooseHandler(state, retryCounts);
      if (chosen === undefined) {
        throw failure;
      }
      const { handler, retryCount } = chosen;
      const delayMs = Math.max(0, handler.delayMs({ ...state, retryCount }));
      if (!(this.#clock.nowMs() + delayMs < deadlineMs)) {
        throw deadlineError(
          `a wait of ${Math.ceil(delayMs / 1000)} s before the next attempt does not fit before the deadline`,
          failure,
        );
      }
      this.#logger.warn("Slack call failed, trying again", {
        handler: handler.name,
        attempt,
        delayMs: Math.round(delayMs),
        error: { name: failure.name, code: failure.code, message: failure.message },
      });
      await abortable(this.#clock.sleep(delayMs, signal), signal);
      await abortable(handler.prepare?.({ ...state, retryCount }), signal);
    }
  }

  /** The first handler that has retries left and wants one; its count is raised. */
  async #chooseHandler(
    state: Omit<Parameters<RetryHandler["canRetry"]>[0], "retryCount">,
    retryCounts: number[],
  ): Promise<{ handler: RetryHandler; retryCount: number } | undefined> {
    for (const [index, handler] of this.#retryHandlers.entries()) {
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

  /** One exchange, ended by the time-out, the deadline or the caller's signal, whichever is first. */
  async #attempt(
    request: Request,
    attempt: number,
    timeLeftMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Success> {
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(
      () => controller.abort(this.#timeoutError(timeLeftMs)),
      Math.min(this.#timeoutMs, timeLeftMs),
    );
    try {
      return await abortable(
        this.#exchange(request, attempt, controller.signal),
        controller.signal,
      );
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #exchange(request: Request, attempt: number, signal: AbortSignal): Promise<Success> {
    const { method, url } = request;
    const token = await this.#readToken(request.needsToken);
    signal.throwIfAborted();
    const shownUrl = this.#redactor.text(url.href);
    this.#logger.debug("calling Slack", { method, url: shownUrl, attempt });
    const startedMs = this.#clock.nowMs();
    const answer = await this.#connect(request, token, signal);
    const rawBody = await this.#readBody(answer);
    const { status, headers } = answer;
    this.#logger.debug("Slack answered", {
      status,
      bodyBytes: rawBody.byteLength,
      durationMs: this.#clock.nowMs() - startedMs,
    });
    const success: Success = { url: shownUrl, status, headers, rawBody };
    if (status < 200 || status >= 300) {
      throw this.#toApiError(success, tryParse(rawBody));
    }
    return success;
  }

  async #readToken(needed: boolean): Promise<string | undefined> {
    const given = typeof this.#token === "function" ? await this.#token() : this.#token;
    const token = given?.trim(); // secrets read from files end in a newline
    if (!token) {
      if (needed) {
        throw new SlackConfigurationError(
          "the client has no token; give it a user token (xoxp-…) with the scope auditlogs:read",
        );
      }
      return undefined;
    }
    this.#redactor.add(token);
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new SlackConfigurationError(
        "the token has characters that no token has (spaces, line breaks or others); check how it was copied",
      );
    }
    return token;
  }

  async #connect(
    { method, url, headers, body }: Request,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const secret: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      return await this.#transport({
        method,
        url,
        headers: { ...headers, ...secret },
        body,
        signal,
      });
    } catch (error) {
      const cause = this.#redactor.error(error);
      const { code, message } = deepest(cause);
      const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code ?? "");
      throw new SlackConnectionError(
        `no answer from ${url.host} (${code ?? message}): ${
          isCertificate
            ? "its certificate is not trusted; check what stands in between, and give tls.ca if that is right"
            : "check the network, DNS and any proxy on the way"
        }`,
        {
          cause,
          fault: /TIMEOUT|TIMEDOUT/.test(code ?? "") ? "timeout" : "network",
          retryable: !isCertificate,
        },
      );
    }
  }

  async #readBody(answer: HttpAnswer): Promise<Uint8Array> {
    try {
      return await answer.readBody();
    } catch (error) {
      if (error instanceof SlackAuditError) {
        throw error;
      }
      const cause = this.#redactor.error(error);
      throw new SlackConnectionError(
        `the connection to ${this.#baseUrl.host} ended before the whole body had come (${deepest(cause).code ?? "cut"}): try again; if it repeats, ask for smaller pages (limit)`,
        { cause, fault: "cut" },
      );
    }
  }

  #timeoutError(timeLeftMs: number): SlackAuditError {
    const timeoutMs = Math.min(this.#timeoutMs, timeLeftMs);
    const timeout = new SlackConnectionError(
      `${this.#baseUrl.host} did not answer in full within ${timeoutMs} ms: try again, raise timeoutMs, or ask for smaller pages (limit)`,
      { fault: "timeout" },
    );
    return timeLeftMs < this.#timeoutMs
      ? deadlineError("Slack did not answer before the deadline", timeout)
      : timeout;
  }

  /**
   * A success with its parsed body.
   *
   * @param findFault - says what the body lacks, if anything
   * @throws {SlackApiError} when the body is a refusal in spite of its status
   */
  #toResponse<Body>(
    success: Success,
    findFault: (body: Record<string, unknown>) => string | undefined = () => undefined,
  ): SlackResponse<Body> {
    let body: Record<string, unknown>;
    try {
      body = parseJsonBody(success.rawBody);
    } catch (error) {
      if (error instanceof SlackBodyError) {
        error.response = { ...success, body: undefined, typedBody: undefined };
      }
      throw error;
    }
    if (body.ok === false) {
      throw this.#toApiError(success, body);
    }
    const fault = findFault(body);
    if (fault !== undefined) {
      const response = { ...success, body, typedBody: body };
      throw new SlackBodyError("wrong_shape", fault, { response });
    }
    return { ...success, body, typedBody: body as Body };
  }

  #toApiError(success: Success, body: Record<string, unknown> | undefined): SlackApiError {
    const { status, headers } = success;
    return new SlackApiError({
      status,
      apiCode: this.#word(body?.error),
      needed: this.#word(body?.needed),
      provided: this.#word(body?.provided),
      retryAfterSeconds: parseRetryAfter(headers["retry-after"], this.#clock.nowMs()),
      response: { ...success, body, typedBody: body },
    });
  }

  /** Codes and scopes, and nothing that could be more: it goes into a message. */
  #word(value: unknown): string | undefined {
    return typeof value === "string" && /^[\w.:,-]{1,300}$/.test(value)
      ? this.#redactor.text(value)
      : undefined;
  }
}

/** What a retry could mend; not the caller's mistake, nor time running out, nor what is not ours. */
function isFailureOfAttempt(error: unknown): error is SlackAuditError {
  return (
    error instanceof SlackAuditError &&
    !(error instanceof SlackDeadlineError) &&
    !(error instanceof SlackConfigurationError)
  );
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

/** Lets go of a promise when the signal is aborted, also when what it waits for does not. */
async function abortable<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return work;
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) {
    onAbort();
  }
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function tryParse(rawBody: Uint8Array): Record<string, unknown> | undefined {
  try {
    return parseJsonBody(rawBody);
  } catch (error) {
    if (error instanceof SlackBodyError) {
      return undefined; // the status says enough
    }
    throw error;
  }
}

function deepest(error: Error): Error & { code?: string } {
  return error.cause instanceof Error ? deepest(error.cause) : error;
}

/** A copy with names in lower case, so that a header given twice in two spellings is one. */
function normalizeHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const lowerCase = name.toLowerCase();
      if (lowerCase === "authorization" || lowerCase === "host") {
        throw new SlackConfigurationError(
          `the header ${lowerCase} is the client's own; use ${lowerCase === "host" ? "baseUrl" : "token"}`,
        );
      }
      try {
        validateHeaderName(name);
        validateHeaderValue(name, value);
      } catch (cause) {
        throw new SlackConfigurationError(
          `the header ${JSON.stringify(name)} or its value cannot be sent`,
          { cause },
        );
      }
      return [lowerCase, value];
    }),
  );
}

function requireInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new SlackConfigurationError(
      `${name} must be a whole number from ${least} to ${most}, not ${value}`,
    );
  }
}

function requireSeconds(name: string, value: number | undefined): void {
  if (value === undefined) {
    return;
  }
  if (!Number.isSafeInteger(value) || value < 0 || value >= LEAST_MILLISECONDS) {
    throw new SlackConfigurationError(
      `${name} must be whole seconds since 1970, not ${value}${value >= LEAST_MILLISECONDS ? " (those look like milliseconds)" : ""}`,
    );
  }
}
