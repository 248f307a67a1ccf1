import type { Clock } from "../slack/clock.ts";
import { parseRetryAfter } from "../slack/retry-after.ts";
import { TargetRefusedError, TargetUnavailableError } from "./target.ts";

export interface HttpPorts {
  fetch: typeof globalThis.fetch;
  /** @returns aborted after so many milliseconds */
  timeout(ms: number): AbortSignal;
  clock: Clock;
  /** From 0 to 1, 1 excluded. */
  random: () => number;
}

export interface HttpRequest {
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** JSON. */
  body: string;
  /**
   * Whether the request may be sent again when it is not known what became of it: no answer came,
   * or one of a gateway. False for what would be done twice.
   */
  isRepeatable: boolean;
}

export interface HttpLimits {
  /** Of one attempt, to the last byte of its answer. */
  timeoutMs: number;
  /** At most so many, the first included. */
  attempts: number;
  /** What all waits between attempts may add up to; who asks for a longer one is called later. */
  waitMs: number;
}

/** Three attempts take 45 seconds at most: less than the time-out of a function that sends. */
const HTTP_LIMITS: HttpLimits = { timeoutMs: 10_000, attempts: 3, waitMs: 15_000 };

/** Before the second attempt; doubles with each. */
const FIRST_WAIT_MS = 500;

/** Of an answer, what an error quotes at most, in characters. */
const QUOTED_MAX = 200;

/** What a target says, read to here; the rest is dropped. */
const ANSWER_BYTES_MAX = 256 * 1024;

/** Statuses other than those of the server's side that a later attempt may not get. */
const TRANSIENT = new Set([408, 425, 429]);

/**
 * Posts JSON to a target, with a time-out, a few attempts with jitter between them, and errors
 * that say whether another attempt can help.
 *
 * No redirect is followed: the address is configured, and its secret is for nobody else. Errors
 * name the host only, because the path of a webhook is its secret.
 */
export class HttpSender {
  readonly #ports: HttpPorts;
  readonly #limits: HttpLimits;

  constructor(ports: HttpPorts, limits: HttpLimits = HTTP_LIMITS) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /**
   * @param secrets - what no error may quote
   * @returns the body of the answer, of a status from 200 to 299
   * @throws {TargetRefusedError | TargetUnavailableError}
   */
  async post(request: HttpRequest, secrets: readonly string[]): Promise<string> {
    const { clock, random } = this.#ports;
    const { attempts, waitMs } = this.#limits;
    let waitedMs = 0;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(request, secrets);
      if (typeof outcome === "string") return outcome;
      const { error, isUnknown } = outcome;
      const mayRepeat = request.isRepeatable || !isUnknown;
      if (error instanceof TargetRefusedError || !mayRepeat || attempt === attempts) throw error;
      const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
      // Half of the wait is random, so that many senders do not come back together.
      const backoffMs = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + random() / 2);
      const nextMs = Math.max(askedMs, backoffMs);
      if (waitedMs + nextMs > waitMs) throw error;
      waitedMs += nextMs;
      await clock.sleep(nextMs);
    }
  }

  /** @returns the answer's body, or why there is none; `isUnknown`: the target may have done it */
  async #attempt(
    { url, headers, body }: HttpRequest,
    secrets: readonly string[],
  ): Promise<string | { error: TargetRefusedError | TargetUnavailableError; isUnknown: boolean }> {
    const { fetch, clock } = this.#ports;
    const { host } = new URL(url);
    const signal = this.#ports.timeout(this.#limits.timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
        redirect: "manual",
        signal,
      });
      text = await readText(response);
    } catch (cause) {
      const why = signal.aborted
        ? `did not answer in full within ${this.#limits.timeoutMs} ms`
        : `gave no whole answer (${codeOf(cause)})`;
      return { error: new TargetUnavailableError(`${host} ${why}`, {}), isUnknown: true };
    }
    const { status } = response;
    if (status >= 200 && status < 300) return text;
    const quoted = quote(text, secrets);
    const message = `${host} answered ${status}${quoted === "" ? "" : `: ${quoted}`}`;
    if (status < 500 && !TRANSIENT.has(status)) {
      return { error: new TargetRefusedError(message), isUnknown: false };
    }
    const retryAfter = response.headers.get("retry-after") ?? undefined;
    const error = new TargetUnavailableError(message, {
      retryAfterSeconds: parseRetryAfter(retryAfter, clock.nowMs()),
    });
    // These were refused before anything was done; others may come from a gateway that gave up waiting.
    return { error, isUnknown: status !== 429 && status !== 503 };
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) break; // which ends the connection
  }
  return Buffer.concat(chunks).toString();
}

/** One line of an answer, without control characters and secrets. */
function quote(text: string, secrets: readonly string[]): string {
  const line = secrets
    .filter((secret) => secret !== "")
    .reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text)
    .replace(/[\p{C}\p{Z}]+/gu, " ")
    .trim();
  const characters = [...line];
  return characters.length <= QUOTED_MAX
    ? line
    : `${characters.slice(0, QUOTED_MAX - 1).join("")}…`;
}

/** What the innermost error is called; its message could quote the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.cause instanceof Error) return codeOf(error.cause);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
