import { abortable } from "./abortable.ts";
import type { Clock } from "./clock.ts";
import {
  SlackAuditError,
  SlackBodyError,
  SlackConfigurationError,
  SlackConnectionError,
} from "./errors.ts";
import { parseJsonBody } from "./json-body.ts";
import type { Logger } from "./logger.ts";
import type { TokenSource } from "./options.ts";
import type { Reader } from "./reader.ts";
import type { Redactor } from "./redact.ts";
import type { Request } from "./request.ts";
import type { Answer } from "./response.ts";
import type { HttpAnswer, Transport } from "./transport.ts";

export interface ExchangeParts {
  host: string;
  token: TokenSource | undefined;
  timeoutMs: number;
  transport: Transport;
  redactor: Redactor;
  reader: Reader;
  logger: Logger;
  clock: Clock;
}

/** Sends a request once and takes the answer in. */
export class Exchange {
  readonly #parts: ExchangeParts;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /**
   * Ended by the time-out, `timeLeftMs` or the signal, whichever is first.
   *
   * @throws {SlackApiError} for a status that is no success
   * @throws {SlackConnectionError} without a complete answer
   * @throws {TimeLeftError} when `timeLeftMs` has passed
   */
  async run(
    request: Request,
    attempt: number,
    timeLeftMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(
      () => controller.abort(this.#timeoutError(timeLeftMs)),
      Math.min(this.#parts.timeoutMs, timeLeftMs),
    );
    try {
      return await abortable(this.#send(request, attempt, controller.signal), controller.signal);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async #send(request: Request, attempt: number, signal: AbortSignal): Promise<Answer> {
    const { clock, logger, reader, redactor } = this.#parts;
    const { method } = request;
    const token = await this.#readToken(request.needsToken);
    signal.throwIfAborted();
    const url = redactor.text(request.url.href);
    logger.debug("calling Slack", { method, url, attempt });
    const startedMs = clock.nowMs();
    const { status, headers, readBody } = await this.#connect(request, token, signal);
    const rawBody = await this.#readBody(readBody);
    logger.debug("Slack answered", {
      status,
      bodyBytes: rawBody.byteLength,
      durationMs: clock.nowMs() - startedMs,
    });
    const answer: Answer = { url, status, headers, rawBody };
    if (status < 200 || status >= 300) {
      throw reader.refusal(answer, tryParse(rawBody));
    }
    return answer;
  }

  async #readToken(needed: boolean): Promise<string | undefined> {
    const source = this.#parts.token;
    const given = typeof source === "function" ? await source() : source;
    const token = given?.trim(); // secrets read from files end in a newline
    if (!token) {
      if (needed) {
        throw new SlackConfigurationError(
          "the client has no token; give it a user token (xoxp-…) with the scope auditlogs:read",
        );
      }
      return undefined;
    }
    this.#parts.redactor.add(token);
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
    const { redactor, transport } = this.#parts;
    const secret: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      return await transport({ method, url, headers: { ...headers, ...secret }, body, signal });
    } catch (error) {
      const cause = redactor.error(error);
      const { code, message } = deepest(cause);
      const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code ?? "");
      throw new SlackConnectionError(
        `no answer from ${url.host} (${code ?? message}): ${
          isCertificate
            ? "its certificate is not trusted; check what is in between, and give tls.ca if that is right"
            : "check the network, DNS and any proxy on the way"
        }`,
        {
          cause,
          causeCode: code,
          fault: /TIMEOUT|TIMEDOUT/.test(code ?? "") ? "timeout" : "network",
          retryable: !isCertificate,
        },
      );
    }
  }

  async #readBody(read: HttpAnswer["readBody"]): Promise<Uint8Array> {
    const { host, redactor } = this.#parts;
    try {
      return await read();
    } catch (error) {
      if (error instanceof SlackAuditError) {
        throw error;
      }
      const cause = redactor.error(error);
      const { code } = deepest(cause);
      throw new SlackConnectionError(
        `the connection to ${host} ended before the whole body had come (${code ?? "cut"}): try again; if it repeats, ask for smaller pages (limit)`,
        { cause, causeCode: code, fault: "cut" },
      );
    }
  }

  #timeoutError(timeLeftMs: number): SlackConnectionError | TimeLeftError {
    const { host, timeoutMs } = this.#parts;
    const timeout = new SlackConnectionError(
      `${host} did not answer in full within ${Math.min(timeoutMs, timeLeftMs)} ms: try again, raise timeoutMs, or ask for smaller pages (limit)`,
      { fault: "timeout" },
    );
    return timeLeftMs < timeoutMs ? new TimeLeftError(timeout) : timeout;
  }
}

/** The deadline, not the time-out, ended an attempt. */
export class TimeLeftError extends Error {
  declare cause: SlackConnectionError;

  constructor(cause: SlackConnectionError) {
    super(cause.message, { cause });
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
