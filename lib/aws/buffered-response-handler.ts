import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { NodeHttpHandler } from "@smithy/node-http-handler";

type Handle = NodeHttpHandler["handle"];

export interface BufferedResponseHandlerOptions {
  connectionTimeoutMs: number;
  /** From the start of an attempt to the last byte of its response. */
  attemptTimeoutMs: number;
}

/**
 * The SDK's HTTP handler, except that a response counts only when its whole body has arrived.
 *
 * The SDK's time-outs and retries cover a response's headers only: a body that
 * stalls would block a run until Lambda ends it, and one that is cut would fail it
 * (https://github.com/aws/aws-sdk-js-v3/issues/8098). When the body is
 * read within the attempt, the time-out covers it and the SDK retries. Bodies are
 * held in memory, so this is for responses of a few megabytes.
 */
export class BufferedResponseHandler extends NodeHttpHandler {
  readonly #attemptTimeoutMs: number;

  constructor({ connectionTimeoutMs, attemptTimeoutMs }: BufferedResponseHandlerOptions) {
    super({ connectionTimeout: connectionTimeoutMs });
    this.#attemptTimeoutMs = attemptTimeoutMs;
  }

  override async handle(
    request: Parameters<Handle>[0],
    options: Parameters<Handle>[1] = {},
  ): ReturnType<Handle> {
    const timeout = AbortSignal.timeout(this.#attemptTimeoutMs);
    const caller = options.abortSignal as AbortSignal | undefined;
    const abortSignal = caller === undefined ? timeout : AbortSignal.any([timeout, caller]);
    try {
      const { response } = await super.handle(request, { ...options, abortSignal });
      response.body = Readable.from(await buffer(response.body), { objectMode: false });
      return { response };
    } catch (error) {
      caller?.throwIfAborted();
      throw timeout.aborted
        ? new AttemptTimeoutError(request.hostname, this.#attemptTimeoutMs)
        : error;
    }
  }
}

/** The SDK recognizes by this name what to retry. */
class AttemptTimeoutError extends Error {
  override readonly name = "TimeoutError";
  constructor(hostname: string, timeoutMs: number) {
    super(`${hostname} did not give a whole answer within ${timeoutMs} ms`);
  }
}
