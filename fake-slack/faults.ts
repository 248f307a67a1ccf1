import { makeMalformedEntry } from "./entries.ts";

/** One fault of one call. */
export type Fault =
  /** 429; `retryAfter` is the header as sent, absent when there is none. */
  | { kind: "throttled"; retryAfter?: string | ((nowMs: number) => string) }
  /** `{"ok":false,"error":…}` with any status, 200 included. */
  | { kind: "error"; code: string; status: number; fields?: Record<string, unknown> }
  /** Any body, as a proxy or a broken server would send it. */
  | { kind: "body"; status: number; contentType: string; body: string }
  | { kind: "redirect"; location: string; status: number }
  /** The connection is reset, before the first byte or halfway through the body. */
  | { kind: "reset"; midBody: boolean }
  /** Nothing more is sent, before the first byte or halfway through the body, until one side closes. */
  | { kind: "stall"; midBody: boolean }
  /** The connection closes normally, halfway through the body. */
  | { kind: "cut_body"; framing: "content_length" | "chunked" }
  /** A complete body that stops being JSON at its last character. */
  | { kind: "malformed_json" }
  /** The same page, with one more element of this text among its entries. */
  | { kind: "extra_entry"; text: string }
  /** Refuses the cursor; waits for a call that has one. */
  | { kind: "expired_cursor" }
  /** A page without entries, whose cursor continues at the same place. */
  | { kind: "empty_page" };

const HTML = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>";

/** The faults that every run must survive or report, by name. */
const FAULTS = {
  throttled: { kind: "throttled", retryAfter: "1" },
  throttled_decimal: { kind: "throttled", retryAfter: "1.5" },
  throttled_until_date: {
    kind: "throttled",
    retryAfter: (nowMs) => new Date(nowMs + 2000).toUTCString(),
  },
  throttled_without_header: { kind: "throttled" },
  throttled_for_a_day: { kind: "throttled", retryAfter: "86400" },
  internal_error: { kind: "error", code: "internal_error", status: 500 },
  unavailable: { kind: "body", status: 503, contentType: "text/plain", body: "unavailable" },
  html_bad_gateway: { kind: "body", status: 502, contentType: "text/html", body: HTML },
  html_ok: { kind: "body", status: 200, contentType: "text/html", body: HTML },
  empty_body: { kind: "body", status: 200, contentType: "application/json", body: "" },
  wrong_shape: {
    kind: "body",
    status: 200,
    contentType: "application/json",
    body: '{"entries":{}}',
  },
  ok_false: { kind: "error", code: "internal_error", status: 200 },
  token_refused: { kind: "error", code: "invalid_authentication", status: 401 },
  redirect: { kind: "redirect", location: "https://collector.invalid/audit/v1/logs", status: 302 },
  reset: { kind: "reset", midBody: false },
  reset_mid_body: { kind: "reset", midBody: true },
  stall: { kind: "stall", midBody: false },
  stall_mid_body: { kind: "stall", midBody: true },
  cut_body: { kind: "cut_body", framing: "content_length" },
  cut_chunked_body: { kind: "cut_body", framing: "chunked" },
  malformed_json: { kind: "malformed_json" },
  entry_without_id: { kind: "extra_entry", text: makeMalformedEntry("no_id").text },
  entry_without_date_create: {
    kind: "extra_entry",
    text: makeMalformedEntry("no_date_create").text,
  },
  entry_with_number_id: { kind: "extra_entry", text: makeMalformedEntry("number_id").text },
  entry_with_string_date_create: {
    kind: "extra_entry",
    text: makeMalformedEntry("string_date_create").text,
  },
  expired_cursor: { kind: "expired_cursor" },
  empty_page: { kind: "empty_page" },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** What a rule or the plan knows about a call before it is answered. */
interface PlannedCall {
  number: number;
  params: Readonly<Record<string, string>>;
}

/** Which calls fail. The rule decides first, then the numbered calls, then the queue. */
export class FaultPlan<Call extends PlannedCall> {
  #rule: ((call: Call) => Fault | FaultName | undefined) | undefined;
  readonly #byNumber = new Map<number, Fault>();
  readonly #queue: Fault[] = [];

  /** The next call, or the next `times` calls, that the fault can happen to. */
  next(fault: Fault | FaultName, times = 1): void {
    for (let i = 0; i < times; i++) {
      this.#queue.push(toFault(fault));
    }
  }

  /** The call of this number, counted from 1 since the fake started. */
  at(callNumber: number, fault: Fault | FaultName): void {
    this.#byNumber.set(callNumber, toFault(fault));
  }

  /** Decide call by call; replaces the rule before. */
  when(rule: (call: Call) => Fault | FaultName | undefined): void {
    this.#rule = rule;
  }

  /** Forget all plans: no faults from now on. */
  clear(): void {
    this.#rule = undefined;
    this.#byNumber.clear();
    this.#queue.length = 0;
  }

  /** The fault of this call, if any; it uses up one of the queue. */
  take(call: Call): Fault | undefined {
    const ruled = this.#rule?.(call);
    if (ruled !== undefined) {
      return toFault(ruled);
    }
    const numbered = this.#byNumber.get(call.number);
    if (numbered !== undefined) {
      return numbered;
    }
    const first = this.#queue[0];
    if (first?.kind === "expired_cursor" && !call.params.cursor) {
      return undefined;
    }
    return this.#queue.shift();
  }
}

function toFault(fault: Fault | FaultName): Fault {
  return typeof fault === "string" ? FAULTS[fault] : fault;
}
