import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { NodeHttpHandler } from "@smithy/node-http-handler";

type Handle = NodeHttpHandler["handle"];

export interface BufferedResponseHandlerOptions {
  connectionTimeoutMs: number;
  /** From the begin of an attempt to the last byte of its answer. */
  attemptTimeoutMs: number;
}

/**
 * The SDK's HTTP, save that an answer is one only when all of it is there.
 *
 * The SDK's time-outs and retries end with the answer's headers: a body that
 * stalls would hold a run until Lambda ends it, one that is cut would fail it
 * (https://github.com/aws/aws-sdk-js-v3/issues/8098). Read within the attempt,
 * a body is under its time-out, and the SDK asks again. Bodies are held in
 * memory, so this is for answers of a few megabytes.
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

/** Its name is the one by which the SDK knows what to try again. */
class AttemptTimeoutError extends Error {
  override readonly name = "TimeoutError";
  constructor(hostname: string, timeoutMs: number) {
    super(`${hostname} did not give a whole answer within ${timeoutMs} ms`);
  }
}
