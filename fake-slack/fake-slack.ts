import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "../lib/slack/clock.ts";
import { ACTIONS, SCHEMAS } from "./catalogue.ts";
import type { EntrySource, WireEntry } from "./entries.ts";
import { EntryList } from "./entry-list.ts";
import { type Fault, FaultPlan } from "./faults.ts";
import { PageBody, withEntry } from "./page-body.ts";
import { decodeCursor, encodeCursor } from "./page-cursor.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { toWireJson } from "./wire-json.ts";

/** Accepted unless another token is set. Not shaped like a real one, so that secret scanners stay calm. */
export const FAKE_TOKEN = "xoxp-fake-audit-token";

/** Slack's own bound on `limit`. */
const MAX_LIMIT = 9999;

/** Slack does not document it. */
const DEFAULT_LIMIT = 100;

const MAX_ACTION_NAMES = 30;

/** A filter with few matches must not keep a call waiting: the page ends, perhaps empty, with a cursor. */
const MAX_SCANNED_ENTRIES = 50_000;

const BASE_PATH = "/audit/v1/";

const JSON_TYPE = "application/json; charset=utf-8";

/** How the last page of a listing shows that it is the last. */
export type EndOfListing = "empty_cursor" | "null_cursor" | "no_cursor" | "no_response_metadata";

export interface FakeSlackOptions {
  /** Entries that exist from the start; `add` adds more. */
  entries?: Iterable<WireEntry>;
  /** A generated organization, listed together with the entries above. */
  organization?: EntrySource;
  /** Slack's clock: later entries do not exist yet. @default systemClock */
  clock?: Clock;
  /** @default FAKE_TOKEN */
  token?: string;
  /** @default 0, a free one */
  port?: number;
  /** Read `latest` as one third-party client does. @default false */
  latestExclusive?: boolean;
  /** Treat a `latest` after the clock's now as if it were now, instead of `invalid_range`. @default false */
  allowFutureLatest?: boolean;
  /** @default "empty_cursor" */
  endOfListing?: EndOfListing;
  /** How long each response takes, by the clock's sleep. @default 0 */
  latencyMs?: number;
  /** No limit when absent. */
  callsPerMinute?: number;
  /** Calls that are allowed at once after a pause. @default 1 */
  burstCalls?: number;
  /** A cursor older than this is refused; never when absent. */
  cursorLifetimeMs?: number;
  /** How many of the newest calls `calls` keeps. @default 1000 */
  keptCalls?: number;
  /** Awaited before a call is answered; use it to add entries in the middle of a listing. */
  onCall?: (call: FakeCall) => void | Promise<void>;
}

/** A request as it arrived. The token is not kept. */
export interface FakeCall {
  /** Counted from 1. */
  number: number;
  method: string;
  /** Below the base URL: `logs`, `schemas`, `actions`; the whole path when it is not below it. */
  path: string;
  params: Readonly<Record<string, string>>;
  /** Names in lower case, `authorization` left out. */
  headers: Readonly<Record<string, string>>;
  token: "right" | "wrong" | "none";
  atMs: number;
  /** Absent until it is answered: the status, and the API's error code or the fault's kind if any. */
  answer?: { status: number; error?: string; fault?: Fault["kind"]; entries?: number };
}

/** Totals since the start. */
export interface FakeSlackStats {
  calls: number;
  /** Successful responses of `logs`. */
  pages: number;
  /** Refused by the rate limiter, faults not counted. */
  throttled: number;
  /** Sent in successful responses; repeated listings count each time. */
  entries: number;
  bodyBytes: number;
  /** Read from the sources, including those that a filter dropped. */
  scannedEntries: number;
  /** The most entries that were ever held at once for a listing. */
  largestPageEntries: number;
}

interface Answer {
  status: number;
  body: Buffer;
  headers?: Record<string, string>;
  error?: string;
  entries?: number;
}

/** The Audit Logs API of a made-up organization, over real HTTP on loopback. */
export class FakeSlack {
  /** What goes wrong, and when. */
  readonly faults = new FaultPlan<FakeCall>();
  /** The newest calls, oldest first. */
  readonly calls: FakeCall[] = [];
  /** The accepted token; set it to rotate. */
  token: string;
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
  readonly #list = new EntryList();
  readonly #limiter: RateLimiter | undefined;
  readonly #server: Server;
  #cursorGeneration = 0;
  #bug: unknown;

  /** @see startFakeSlack */
  constructor(options: FakeSlackOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.token = options.token ?? FAKE_TOKEN;
    this.onCall = options.onCall;
    this.latencyMs = options.latencyMs ?? 0;
    this.#list.add(options.entries ?? []);
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
    this.#list.add(entries);
  }

  /**
   * Every entry visible now, newest first, generated on demand.
   *
   * @param oldest - epoch seconds, included
   * @param latest - epoch seconds, included
   */
  visible(oldest = 0, latest = Number.POSITIVE_INFINITY): Iterable<WireEntry> {
    return this.#newestFirst(oldest, latest, this.#nowSeconds());
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
    this.#cursorGeneration += 1;
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

  #nowSeconds(): number {
    return Math.floor(this.#clock.nowMs() / 1000);
  }

  #newestFirst(oldest: number, latest: number, now: number): Iterable<WireEntry> {
    const listed = this.#list.newestFirst(oldest, latest, now);
    const { organization } = this.#options;
    return organization === undefined
      ? listed
      : mergeNewestFirst(organization.newestFirst(oldest, latest, now), listed);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = this.#record(request);
    await this.onCall?.(call);
    const fault = this.faults.take(call);
    if (this.latencyMs > 0) {
      await this.#clock.sleep(this.latencyMs);
    }
    const answer = fault === undefined ? this.#answer(call) : this.#answerWith(fault, call);
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
    if (this.calls.length > (this.#options.keptCalls ?? 1000)) {
      this.calls.shift();
    }
    return call;
  }

  #judge(authorization: string | undefined): FakeCall["token"] {
    if (authorization === undefined) {
      return "none";
    }
    return authorization === `Bearer ${this.token}` ? "right" : "wrong";
  }

  /** The response of a healthy Slack. */
  #answer(call: FakeCall): Answer {
    if (!["logs", "schemas", "actions"].includes(call.path)) {
      return apiError("bad_endpoint");
    }
    if (call.method !== "GET") {
      return apiError("method_not_allowed");
    }
    if (call.path === "schemas") {
      return { status: 200, body: Buffer.from(toWireJson({ schemas: SCHEMAS })) };
    }
    if (call.path === "actions") {
      return { status: 200, body: Buffer.from(toWireJson({ actions: ACTIONS })) };
    }
    if (call.token !== "right") {
      return apiError(call.token === "none" ? "missing_authentication" : "invalid_authentication");
    }
    const waitSeconds = this.#limiter?.take(this.#clock.nowMs()) ?? 0;
    if (waitSeconds > 0) {
      this.stats.throttled += 1;
      return throttled(String(waitSeconds));
    }
    return this.#logs(call.params);
  }

  #logs(params: FakeCall["params"]): Answer {
    const now = this.#nowSeconds();
    const latestParam = toInteger(params.latest);
    const oldest = toInteger(params.oldest) ?? 0;
    const limit = toInteger(params.limit) ?? DEFAULT_LIMIT;
    const actions = params.action ? params.action.split(",") : undefined;
    if (Number.isNaN(latestParam) || Number.isNaN(oldest) || !(limit >= 1 && limit <= MAX_LIMIT)) {
      return apiError("invalid_arguments");
    }
    if (latestParam !== undefined && latestParam > now && !this.#options.allowFutureLatest) {
      return apiError("invalid_range");
    }
    if (latestParam !== undefined && oldest > latestParam) {
      return apiError("invalid_range");
    }
    if (actions !== undefined && actions.length > MAX_ACTION_NAMES) {
      return apiError("invalid_action");
    }
    let latest = latestParam ?? now;
    if (latestParam !== undefined && this.#options.latestExclusive) {
      latest -= 1;
    }
    if (params.cursor) {
      const position = decodeCursor(params.cursor);
      if (position === undefined || this.#isExpired(position)) {
        return apiError("invalid_cursor");
      }
      latest = Math.min(latest, position.before - 1);
    }
    const { body, nextBefore } = this.#collect(
      oldest,
      latest,
      now,
      limit,
      (entry) =>
        (actions === undefined || actions.includes(entry.action)) &&
        (!params.actor || entry.actorId === params.actor) &&
        (!params.entity || entry.entityId === params.entity),
    );
    return this.#pageAnswer(body, nextBefore);
  }

  /**
   * One page. It has whole seconds only, so that a cursor needs no more than a second
   * to continue; the second that reaches the limit is completed.
   */
  #collect(
    oldest: number,
    latest: number,
    now: number,
    limit: number,
    matches: (entry: WireEntry) => boolean,
  ): { body: PageBody; nextBefore: number | undefined } {
    const body = new PageBody();
    let second = Number.POSITIVE_INFINITY;
    let scanned = 0;
    let nextBefore: number | undefined;
    for (const entry of this.#newestFirst(oldest, latest, now)) {
      const isFull = body.entries >= limit || scanned >= MAX_SCANNED_ENTRIES;
      if (isFull && entry.dateCreate < second) {
        nextBefore = second;
        break;
      }
      second = entry.dateCreate;
      scanned += 1;
      if (matches(entry)) {
        body.add(entry.text);
      }
    }
    this.stats.scannedEntries += scanned;
    return { body, nextBefore };
  }

  #isExpired(position: { issuedAtMs: number; generation: number }): boolean {
    const ageMs = this.#clock.nowMs() - position.issuedAtMs;
    return (
      position.generation < this.#cursorGeneration ||
      ageMs > (this.#options.cursorLifetimeMs ?? Number.POSITIVE_INFINITY)
    );
  }

  #pageAnswer(page: PageBody, nextBefore: number | undefined): Answer {
    const { entries } = page;
    const body = page.end(this.#responseMetadata(nextBefore));
    this.stats.pages += 1;
    this.stats.entries += entries;
    this.stats.bodyBytes += body.length;
    this.stats.largestPageEntries = Math.max(this.stats.largestPageEntries, entries);
    return { status: 200, body, entries };
  }

  #responseMetadata(nextBefore: number | undefined): string {
    if (nextBefore !== undefined) {
      const cursor = encodeCursor({
        before: nextBefore,
        issuedAtMs: this.#clock.nowMs(),
        generation: this.#cursorGeneration,
      });
      return `,"response_metadata":{"next_cursor":${toWireJson(cursor)}}`;
    }
    switch (this.#options.endOfListing ?? "empty_cursor") {
      case "empty_cursor":
        return ',"response_metadata":{"next_cursor":""}';
      case "null_cursor":
        return ',"response_metadata":{"next_cursor":null}';
      case "no_cursor":
        return ',"response_metadata":{}';
      case "no_response_metadata":
        return "";
    }
  }

  #answerWith(fault: Fault, call: FakeCall): Answer {
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
        return this.#emptyPage(call.params);
      case "malformed_json": {
        const answer = this.#answer(call);
        return { ...answer, body: Buffer.concat([answer.body.subarray(0, -1), Buffer.from(",")]) };
      }
      case "extra_entry": {
        const answer = this.#answer(call);
        return answer.entries === undefined
          ? answer
          : { ...answer, body: withEntry(answer.body, fault.text) };
      }
      case "reset":
      case "stall":
      case "cut_body":
        return this.#answer(call);
    }
  }

  #emptyPage(params: FakeCall["params"]): Answer {
    const position = params.cursor ? decodeCursor(params.cursor) : undefined;
    const latest = toInteger(params.latest) ?? this.#nowSeconds();
    return this.#pageAnswer(new PageBody(), position?.before ?? latest + 1);
  }
}

/**
 * Start the fake on a loopback port.
 *
 * Where Slack's documentation is open, this fake decides: pages are cut between
 * seconds only, so that the group that reaches `limit` is sent whole and may exceed it; `limit`
 * is 100 when absent, and outside 1 to 9999, like a time that is not an
 * integer, is `invalid_arguments` (400); `oldest` after `latest` is
 * `invalid_range`; an unknown action name matches nothing.
 */
export async function startFakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const fake = new FakeSlack(options);
  await fake.listen();
  return fake;
}

/** Slack documents the codes, but not the statuses; 400 for the rest. */
const STATUSES: Record<string, number> = {
  bad_endpoint: 404,
  feature_not_enabled: 403,
  internal_error: 500,
  invalid_authentication: 401,
  method_not_allowed: 405,
  missing_authentication: 401,
  missing_scope: 403,
  rate_limited: 429,
  team_not_authorized: 403,
  user_not_authorized: 403,
};

function apiError(
  code: string,
  status: number = STATUSES[code] ?? 400,
  fields: Record<string, unknown> = {},
): Answer {
  return {
    status,
    error: code,
    body: Buffer.from(toWireJson({ ok: false, error: code, ...fields })),
  };
}

function throttled(retryAfter: string | undefined): Answer {
  return {
    ...apiError("rate_limited"),
    headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
  };
}

/** @returns nothing when absent or empty, NaN when it is not a whole number */
function toInteger(param: string | undefined): number | undefined {
  if (param === undefined || param === "") {
    return undefined;
  }
  return /^\d{1,15}$/.test(param) ? Number(param) : Number.NaN;
}

function* mergeNewestFirst(
  left: Iterable<WireEntry>,
  right: Iterable<WireEntry>,
): Generator<WireEntry> {
  const rights = right[Symbol.iterator]();
  let other = rights.next();
  for (const entry of left) {
    while (!other.done && other.value.dateCreate >= entry.dateCreate) {
      yield other.value;
      other = rights.next();
    }
    yield entry;
  }
  while (!other.done) {
    yield other.value;
    other = rights.next();
  }
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  fault: Fault | undefined,
): Promise<void> {
  const { body } = answer;
  const headers = { "content-type": JSON_TYPE, ...answer.headers };
  const left = new Promise((resolve) => response.once("close", resolve));
  const breaks =
    fault?.kind === "reset" || fault?.kind === "stall" || fault?.kind === "cut_body"
      ? fault
      : undefined;
  if (breaks === undefined) {
    response.writeHead(answer.status, { ...headers, "content-length": body.length });
    response.end(body);
  } else {
    if (breaks.kind === "cut_body" || breaks.midBody) {
      const framing =
        breaks.kind === "cut_body" && breaks.framing === "chunked"
          ? {}
          : { "content-length": body.length };
      response.writeHead(answer.status, { ...headers, ...framing });
      await new Promise((resolve) => response.write(body.subarray(0, body.length / 2), resolve));
    }
    if (breaks.kind === "reset") {
      request.socket.resetAndDestroy();
    } else if (breaks.kind === "cut_body") {
      request.socket.end();
    }
  }
  await left;
}
