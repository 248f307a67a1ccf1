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
  /** Whether this is what the service says when it has done what was asked, and not a proxy's page. */
  isTaken(answer: HttpAnswer): boolean;
  /** Words by which the service says what is wrong: the only ones that an error repeats. */
  errorWords?: readonly string[];
}

/** With a status from 200 to 299. */
export interface HttpAnswer {
  status: number;
  /** At most `ANSWER_BYTES_MAX` of its body. */
  text: string;
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

/** What a target says, read to here; the rest is dropped. */
const ANSWER_BYTES_MAX = 256 * 1024;

/** Statuses other than those of the server's side that a later attempt may not get. */
const TRANSIENT = new Set([408, 425, 429]);

/**
 * Posts JSON to a target, with a time-out, a few attempts with jitter between them, and errors
 * that say whether another attempt can help.
 *
 * No redirect is followed: the address is configured, and its secret is for nobody else. Errors
 * name neither the address nor what it answers: a webhook's address is a secret, and a service may
 * repeat one in its answer.
 */
export class HttpSender {
  readonly #ports: HttpPorts;
  readonly #limits: HttpLimits;

  constructor(ports: HttpPorts, limits: HttpLimits = HTTP_LIMITS) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /**
   * @returns the body of an answer that says the request was taken
   * @throws {TargetRefusedError | TargetUnavailableError}
   */
  async post(request: HttpRequest): Promise<string> {
    const { clock, random } = this.#ports;
    const { attempts, waitMs } = this.#limits;
    let waitedMs = 0;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(request);
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
  async #attempt({
    url,
    headers,
    body,
    isTaken,
    errorWords = [],
  }: HttpRequest): Promise<
    string | { error: TargetRefusedError | TargetUnavailableError; isUnknown: boolean }
  > {
    const { fetch, clock } = this.#ports;
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
      return { error: new TargetUnavailableError(`the target ${why}`, {}), isUnknown: true };
    }
    const { status } = response;
    const words = errorWords.filter((word) => new RegExp(`\\b${word}\\b`).test(text));
    const message = `the target answered ${status}${words.length === 0 ? "" : `: ${words.join(", ")}`}`;
    if (status >= 200 && status < 300) {
      if (isTaken({ status, text })) return text;
      const what = `${message}, but not that it has taken the request`;
      return { error: new TargetUnavailableError(what, {}), isUnknown: true };
    }
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

/** @returns nothing when an answer is not JSON */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the error would quote the answer
  }
}

/** What the innermost error is called; its message could quote the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error.cause instanceof Error) return codeOf(error.cause);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
