import type { Clock } from "./clock.ts";
import { SlackApiError, SlackBodyError } from "./errors.ts";
import { parseJsonBody } from "./json-body.ts";
import type { Redactor } from "./redact.ts";
import { type Answer, type SlackResponse, toSlackResponse } from "./response.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** Reads what Slack answered. */
export class Reader {
  readonly #redactor: Redactor;
  readonly #clock: Clock;

  constructor(redactor: Redactor, clock: Clock) {
    this.#redactor = redactor;
    this.#clock = clock;
  }

  /**
   * A success with its parsed body.
   *
   * @param findFault - says what the body lacks, if anything
   * @throws {SlackApiError} when the body is a refusal (`ok: false`), whatever else it holds
   * @throws {SlackBodyError} when the body is not what the API promises
   */
  success<Body>(
    answer: Answer,
    findFault: (body: Record<string, unknown>) => string | undefined = () => undefined,
  ): SlackResponse<Body> {
    let body: Record<string, unknown>;
    try {
      body = parseJsonBody(answer.rawBody);
    } catch (error) {
      if (error instanceof SlackBodyError) {
        error.response = toSlackResponse(answer, undefined);
      }
      throw error;
    }
    if (body.ok === false) {
      throw this.refusal(answer, body);
    }
    const response = toSlackResponse(answer, body);
    const fault = findFault(body);
    if (fault !== undefined) {
      throw new SlackBodyError("wrong_shape", fault, { response });
    }
    return response as SlackResponse<Body>;
  }

  /** @param body - parsed from the answer's, when it is a JSON object */
  refusal(answer: Answer, body: Record<string, unknown> | undefined): SlackApiError {
    const { status, headers } = answer;
    return new SlackApiError({
      status,
      apiCode: this.#word(body?.error),
      needed: this.#word(body?.needed),
      provided: this.#word(body?.provided),
      retryAfterSeconds: parseRetryAfter(headers["retry-after"], this.#clock.nowMs()),
      response: toSlackResponse(answer, body),
    });
  }

  /** Codes and scopes, and nothing that could be more: it goes into a message. */
  #word(value: unknown): string | undefined {
    return typeof value === "string" && /^[\w.:,-]{1,300}$/.test(value)
      ? this.#redactor.text(value)
      : undefined;
  }
}
