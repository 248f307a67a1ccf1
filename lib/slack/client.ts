import { systemClock } from "./clock.ts";
import { toDispatcher } from "./dispatcher.ts";
import { DEFAULT_BASE_URL, parseBaseUrl, type Query } from "./endpoint.ts";
import { SlackBodyError, SlackConfigurationError } from "./errors.ts";
import { Exchange } from "./exchange.ts";
import { silentLogger } from "./logger.ts";
import type { ApiCall, AuditLogsClientOptions, CallOptions, LogsParams } from "./options.ts";
import { type LogsPage, parseLogsPage } from "./page.ts";
import { Reader } from "./reader.ts";
import { Redactor } from "./redact.ts";
import {
  normalizeHeaders,
  type Request,
  requireInteger,
  toLogsQuery,
  toRequest,
} from "./request.ts";
import type { Answer, SlackResponse } from "./response.ts";
import { defaultRetryHandlers, type RetryHandler } from "./retry.ts";
import { Sender } from "./sender.ts";
import { dispatcherTransport, fetchTransport, type Transport } from "./transport.ts";
import type { ActionsBody, LogsBody, SchemasBody } from "./types.ts";
import { toUserAgent } from "./user-agent.ts";

export type {
  ApiCall,
  AuditLogsClientOptions,
  CallOptions,
  LogsParams,
  TokenSource,
} from "./options.ts";

const MAX_TIMEOUT_MS = 2 ** 31 - 1; // setTimeout's own limit

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
  readonly #baseUrl: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #retryHandlers: RetryHandler[];
  readonly #reader: Reader;
  readonly #sender: Sender;

  /** @throws {SlackConfigurationError} when an option cannot be used */
  constructor(options: AuditLogsClientOptions = {}) {
    const { timeoutMs = 30_000, clock = systemClock, logger = silentLogger } = options;
    requireInteger("timeoutMs", timeoutMs, 1, MAX_TIMEOUT_MS);
    this.#baseUrl = parseBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL);
    this.#headers = normalizeHeaders({
      accept: "application/json",
      "user-agent": toUserAgent(options.userAgentPrefix, options.userAgentSuffix),
      ...options.headers,
    });
    this.#retryHandlers = [...(options.retryHandlers ?? defaultRetryHandlers())];
    const redactor = new Redactor();
    this.#reader = new Reader(redactor, clock);
    this.#sender = new Sender({
      exchange: new Exchange({
        host: this.#baseUrl.host,
        token: options.token,
        timeoutMs,
        transport: toTransport(this.#baseUrl, options),
        redactor,
        reader: this.#reader,
        logger,
        clock,
      }),
      pacer: options.pacer,
      hooks: options.hooks ?? {},
      redactor,
      logger,
      clock,
      random: options.random ?? Math.random,
    });
  }

  /** Asked after those that are there; calls that have begun go on without it. */
  addRetryHandler(handler: RetryHandler): void {
    this.#retryHandlers.push(handler);
  }

  /** One page of entries, newest first. */
  async logs(params: LogsParams = {}, options: CallOptions = {}): Promise<SlackResponse<LogsBody>> {
    return this.#send(this.#logsRequest(params, options), options, (answer) =>
      this.#reader.success<LogsBody>(answer, (body) =>
        Array.isArray(body.entries) ? undefined : "expected an array under entries",
      ),
    );
  }

  /** One page of entries, newest first, each with the exact text that Slack sent. */
  async logsPage(params: LogsParams = {}, options: CallOptions = {}): Promise<LogsPage> {
    return this.#send(this.#logsRequest(params, options), options, (answer) => {
      try {
        return parseLogsPage(answer.rawBody);
      } catch (error) {
        // What is no page may be a refusal: then that is the error.
        const response = this.#reader.success(answer);
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
    return this.#send(this.#request({ path: "schemas", query }, options), options, (answer) =>
      this.#reader.success<SchemasBody>(answer, (body) =>
        Array.isArray(body.schemas) ? undefined : "expected an array under schemas",
      ),
    );
  }

  /** The names of all actions, by category. Needs no token. */
  async actions(
    { query }: { query?: Query } = {},
    options: CallOptions = {},
  ): Promise<SlackResponse<ActionsBody>> {
    return this.#send(this.#request({ path: "actions", query }, options), options, (answer) =>
      this.#reader.success<ActionsBody>(answer, (body) =>
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
    return this.#send(this.#request(call, options), options, (answer) =>
      this.#reader.success<Body>(answer),
    );
  }

  #logsRequest(params: LogsParams, options: CallOptions): Request {
    return this.#request({ path: "logs", query: toLogsQuery(params) }, options, true);
  }

  #request(call: ApiCall, options: CallOptions, needsToken = false): Request {
    const headers = [this.#headers, call.headers, options.headers];
    return toRequest(this.#baseUrl, call, headers, needsToken);
  }

  #send<T>(request: Request, options: CallOptions, interpret: (answer: Answer) => T): Promise<T> {
    return this.#sender.send(request, [...this.#retryHandlers], options, interpret);
  }
}

function toTransport(base: URL, options: AuditLogsClientOptions): Transport {
  const { fetch, dispatcher, proxy, proxyCredentials, tls } = options;
  const { maxBodyBytes = 64 * 2 ** 20 } = options;
  requireInteger("maxBodyBytes", maxBodyBytes, 1, Number.MAX_SAFE_INTEGER);
  if (fetch !== undefined && dispatcher !== undefined) {
    throw new SlackConfigurationError("give a fetch or a dispatcher, not both");
  }
  const own = fetch === undefined ? "dispatcher" : "fetch";
  if ((fetch ?? dispatcher) && (proxy ?? proxyCredentials ?? tls) !== undefined) {
    throw new SlackConfigurationError(
      `proxy and tls have no effect on a ${own} of your own; set them up in that ${own}`,
    );
  }
  return fetch === undefined
    ? dispatcherTransport(
        dispatcher ?? toDispatcher(base, { proxy, proxyCredentials, tls }),
        maxBodyBytes,
      )
    : fetchTransport(fetch, maxBodyBytes);
}
