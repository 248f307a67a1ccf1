import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Clock, systemClock } from "../lib/slack/clock.ts";
import { type Answer, apiError, send, throttled, tokenRefusal } from "./answer.ts";
import type { FakeCall } from "./call.ts";
import { ACTIONS, SCHEMAS } from "./catalogue.ts";
import type { WireEntry } from "./entries.ts";
import { type Fault, FaultPlan } from "./faults.ts";
import { type ListingOptions, type ListingStats, LogsEndpoint } from "./logs-endpoint.ts";
import { OAuthApp, type OAuthAppOptions } from "./oauth-app.ts";
import { withEntry } from "./page-body.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { toWireJson } from "./wire-json.ts";

/** Accepted unless another token is set. Not shaped like a real one, so that secret scanners stay calm. */
export const FAKE_TOKEN = "xoxp-fake-audit-token";

const BASE_PATH = "/audit/v1/";

export interface FakeSlackOptions extends ListingOptions {
  /** Slack's clock: later entries do not exist yet. @default systemClock */
  clock?: Clock;
  /** @default FAKE_TOKEN */
  token?: string;
  /** @default 0, a free one */
  port?: number;
  /** How long each response takes, by the clock's sleep. @default 0 */
  latencyMs?: number;
  /** An app whose tokens are accepted besides. */
  oauth?: OAuthAppOptions;
  /** No limit when absent. */
  callsPerMinute?: number;
  /** Calls that are allowed at once after a pause. @default 1 */
  burstCalls?: number;
  /** How many of the newest calls `calls` keeps. @default 1000 */
  keptCalls?: number;
  /** Awaited before a call is answered; use it to add entries in the middle of a listing. */
  onCall?: (call: FakeCall) => void | Promise<void>;
}

/** Totals since the start. */
export interface FakeSlackStats extends ListingStats {
  calls: number;
  /** Refused by the rate limiter, faults not counted. */
  throttled: number;
}

/** The Audit Logs API of a made-up organization, over real HTTP on loopback. */
export class FakeSlack {
  /** What goes wrong, and when. */
  readonly faults = new FaultPlan<FakeCall>();
  /** The newest calls, oldest first. */
  readonly calls: FakeCall[] = [];
  /** The accepted token; set it to rotate. */
  token: string;
  /** @see FakeSlackOptions.oauth */
  readonly oauth: OAuthApp | undefined;
  /** @see FakeSlackOptions.onCall */
  onCall: FakeSlackOptions["onCall"];
  /** @see FakeSlackOptions.latencyMs */
  latencyMs: number;
  readonly stats: FakeSlackStats = {
    calls: 0,
    pages: 0,
    throttled: 0,
    entries: 0,
    bodyBytes: 0,
    scannedEntries: 0,
    largestPageEntries: 0,
  };

  readonly #options: FakeSlackOptions;
  readonly #clock: Clock;
  readonly #logs: LogsEndpoint;
  readonly #limiter: RateLimiter | undefined;
  readonly #server: Server;
  #bug: unknown;

  /** @see startFakeSlack */
  constructor(options: FakeSlackOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.token = options.token ?? FAKE_TOKEN;
    this.oauth = options.oauth === undefined ? undefined : new OAuthApp(options.oauth);
    this.onCall = options.onCall;
    this.latencyMs = options.latencyMs ?? 0;
    this.#logs = new LogsEndpoint(options, this.#clock, this.stats);
    this.#limiter =
      options.callsPerMinute === undefined
        ? undefined
        : new RateLimiter(options.callsPerMinute, options.burstCalls ?? 1, this.#clock.nowMs());
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        this.#bug ??= error;
        response.destroy();
      });
    });
  }

  /** `http://127.0.0.1:PORT/audit/v1/` */
  get baseUrl(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${BASE_PATH}`;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#options.port ?? 0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /**
   * Make entries visible from the next call on; they are late when their second was listed before.
   *
   * @throws {Error} if an id belongs to an entry with another text
   */
  add(entries: Iterable<WireEntry>): void {
    this.#logs.add(entries);
  }

  /**
   * Every entry visible now, newest first, generated on demand.
   *
   * @param oldest - epoch seconds, included
   * @param latest - epoch seconds, included
   */
  visible(oldest = 0, latest = Number.POSITIVE_INFINITY): Iterable<WireEntry> {
    return this.#logs.newestFirst(oldest, latest);
  }

  /** The exact text of every well-formed entry visible now, by id. All of them are in memory. */
  truth(): Map<string, string> {
    const truth = new Map<string, string>();
    for (const { id, text } of this.visible()) {
      if (id !== undefined) {
        truth.set(id, text);
      }
    }
    return truth;
  }

  /** The texts of the entries visible now that have no usable `id` and `date_create`, newest first. */
  malformed(): string[] {
    const texts: string[] = [];
    for (const { id, text } of this.visible()) {
      if (id === undefined) {
        texts.push(text);
      }
    }
    return texts;
  }

  /** Refuse every cursor returned so far. */
  expireCursors(): void {
    this.#logs.expireCursors();
  }

  /**
   * Stop, and drop open connections.
   *
   * @throws what `onCall`, a fault rule or the fake itself threw while answering
   */
  async close(): Promise<void> {
    if (this.#server.listening) {
      const closed = once(this.#server, "close");
      this.#server.close();
      this.#server.closeAllConnections();
      await closed;
    }
    if (this.#bug !== undefined) {
      throw this.#bug;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = this.#record(request);
    // Not recorded: it holds secrets.
    const form = new URLSearchParams(call.method === "POST" ? await text(request) : "");
    await this.onCall?.(call);
    const fault = this.faults.take(call);
    if (this.latencyMs > 0) await this.#clock.sleep(this.latencyMs);
    const answer =
      fault === undefined ? this.#answer(call, form) : this.#answerWith(fault, call, form);
    call.answer = {
      status: answer.status,
      ...(answer.error === undefined ? {} : { error: answer.error }),
      ...(fault === undefined ? {} : { fault: fault.kind }),
      ...(answer.entries === undefined ? {} : { entries: answer.entries }),
    };
    await send(request, response, answer, fault);
  }

  #record(request: IncomingMessage): FakeCall {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const { authorization, ...headers } = request.headers;
    this.stats.calls += 1;
    const call: FakeCall = {
      number: this.stats.calls,
      method: request.method ?? "",
      path: url.pathname.startsWith(BASE_PATH)
        ? url.pathname.slice(BASE_PATH.length)
        : url.pathname,
      params: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(value)]),
      ),
      token: this.#judge(authorization),
      atMs: this.#clock.nowMs(),
    };
    this.calls.push(call);
    if (this.calls.length > (this.#options.keptCalls ?? 1000)) this.calls.shift();
    return call;
  }

  #judge(authorization: string | undefined): FakeCall["token"] {
    if (authorization === undefined) return "none";
    const token = authorization.replace(/^Bearer /, "");
    if (token === this.token) return "right";
    return this.oauth?.judge(token, this.#clock.nowMs()) ?? "wrong";
  }

  /** The response of a healthy Slack. */
  #answer(call: FakeCall, form: URLSearchParams): Answer {
    const ofApp = this.oauth?.answer(call, form, this.#clock.nowMs());
    if (ofApp !== undefined) return ofApp;
    if (!["logs", "schemas", "actions"].includes(call.path)) {
      return apiError("bad_endpoint");
    }
    if (call.method !== "GET") return apiError("method_not_allowed");
    if (call.path === "schemas") {
      return { status: 200, body: Buffer.from(toWireJson({ schemas: SCHEMAS })) };
    }
    if (call.path === "actions") {
      return { status: 200, body: Buffer.from(toWireJson({ actions: ACTIONS })) };
    }
    if (call.token !== "right") {
      return tokenRefusal(call.token);
    }
    const waitSeconds = this.#limiter?.take(this.#clock.nowMs()) ?? 0;
    if (waitSeconds > 0) this.stats.throttled += 1;
    if (waitSeconds > 0) return throttled(String(waitSeconds));
    return this.#logs.answer(call.params);
  }

  #answerWith(fault: Fault, call: FakeCall, form: URLSearchParams): Answer {
    switch (fault.kind) {
      case "throttled": {
        const { retryAfter } = fault;
        return throttled(
          typeof retryAfter === "function" ? retryAfter(this.#clock.nowMs()) : retryAfter,
        );
      }
      case "error":
        return apiError(fault.code, fault.status, fault.fields);
      case "body":
        return {
          status: fault.status,
          body: Buffer.from(fault.body),
          headers: { "content-type": fault.contentType },
        };
      case "redirect":
        return {
          status: fault.status,
          body: Buffer.alloc(0),
          headers: { location: fault.location },
        };
      case "expired_cursor":
        return apiError("invalid_cursor");
      case "empty_page":
        return this.#logs.emptyPage(call.params);
      case "malformed_json": {
        const answer = this.#answer(call, form);
        return { ...answer, body: Buffer.concat([answer.body.subarray(0, -1), Buffer.from(",")]) };
      }
      case "extra_entry": {
        const answer = this.#answer(call, form);
        return answer.entries === undefined
          ? answer
          : { ...answer, body: withEntry(answer.body, fault.text) };
      }
      case "reset":
      case "stall":
      case "cut_body":
        return this.#answer(call, form);
    }
  }
}

/** Start the fake on a loopback port. */
export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const fake = new FakeSlack(options);
  await fake.listen();
  return fake;
}
