import type { AuditLogsClientOptions } from "../../lib/slack/client.ts";
import type { SimulatedEntry } from "./entries.ts";
import type { SourceScenario } from "./scenario.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** What the client uses of a Response. */
interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
  /** The body ends after its first half, or never. */
  fault?: "cut" | "too_large" | undefined;
}

/** With which every token of a scenario begins. */
export const TOKEN_START = "xoxp-simulated-";
const FIRST_TOKEN = `${TOKEN_START}1`;
const SECOND_TOKEN = `${TOKEN_START}2`;

/** What the client reads of one body at most, and a byte more. */
const BYTES_TOO_MANY = 64 * 2 ** 20 + 1;

const HTML = "<html><body>502</body></html>";
const NOBODY_ANSWERS = new TypeError("fetch failed");

/** Slack in virtual time: what it shows at an instant, and what it answers. */
export class SimulatedSlack {
  readonly #scenario: SourceScenario;
  readonly #random: SeededRandom;
  readonly #nowMs: () => number;
  readonly #newestFirst: SimulatedEntry[];
  #tokens: number;

  constructor(scenario: SourceScenario, random: SeededRandom, nowMs: () => number) {
    this.#scenario = scenario;
    this.#random = random;
    this.#nowMs = nowMs;
    this.#newestFirst = scenario.entries.toSorted((a, b) => b.dateCreate - a.dateCreate);
    this.#tokens = nowMs();
  }

  get token(): string {
    return this.#nowMs() < this.#scenario.rotatesTokenAtMs ? FIRST_TOKEN : SECOND_TOKEN;
  }

  /** @param isTroubled - whether something may go wrong with this call */
  respond(href: string, authorization: string | undefined, isTroubled: boolean): Answer {
    const params = new URLSearchParams(href.split("?", 2)[1]);
    const fault = isTroubled && this.#random.chance(this.#scenario.slackFaults);
    if (fault && this.#random.chance(0.5)) {
      return this.#fault();
    }
    if (authorization !== `Bearer ${this.token}`) {
      return refusal(401, "invalid_authentication");
    }
    const waitSeconds = this.#takeCall();
    if (waitSeconds > 0) {
      return { ...refusal(429, "ratelimited"), headers: { "retry-after": String(waitSeconds) } };
    }
    return this.#page(params, fault);
  }

  #fault(): Answer {
    const random = this.#random;
    const code = random.pick([
      "account_inactive",
      "bad_endpoint",
      "feature_not_enabled",
      "invalid_action",
      "invalid_auth",
      "invalid_authentication",
      "invalid_cursor",
      "invalid_range",
      "invalid_workspace",
      "method_not_allowed",
      "missing_authentication",
      "missing_scope",
      "team_not_authorized",
      "token_expired",
      "token_revoked",
      "user_not_authorized",
    ]);
    return random.pick<() => Answer>([
      () => ({
        ...refusal(429, "rate_limited"),
        headers: { "retry-after": random.pick(["1.5", "30", "600", "4000"]) },
      }),
      () => ({ ...refusal(429, "rate_limited") }),
      () => ({ status: 503, body: "unavailable" }),
      () => ({ status: 500, body: HTML }),
      () => ({ status: 502, body: HTML }),
      () => ({ status: 200, body: HTML }),
      () => ({ status: 200, body: '{"ok":false,"error":"internal_error"}' }),
      () => ({ status: 200, body: '{"ok":false,"error":"internal_error","entries":[]}' }),
      () => ({ status: 200, body: '{"entries":{}}' }),
      () => ({ status: 302, body: "", headers: { location: "https://elsewhere.invalid/" } }),
      () => refusal(random.pick([200, 400, 401, 403, 405]), code),
      () => {
        throw NOBODY_ANSWERS;
      },
    ])();
  }

  #page(params: URLSearchParams, fault: boolean): Answer {
    const scenario = this.#scenario;
    const now = Math.floor(this.#nowMs() / 1000);
    const oldest = Number(params.get("oldest") ?? 0);
    const latest = Number(params.get("latest") ?? now) - (scenario.latestExclusive ? 1 : 0);
    const limit = Number(params.get("limit"));
    if (oldest < scenario.listsFrom || latest > now - scenario.listsUntilSecondsAgo) {
      return refusal(400, "invalid_range");
    }
    const visible = this.#newestFirst.filter(
      ({ dateCreate, visibleAtMs }) =>
        dateCreate >= oldest && dateCreate <= latest && visibleAtMs <= this.#nowMs(),
    );
    const cursor = params.get("cursor");
    let from = 0;
    if (cursor !== null) {
      const [issuedAtMs, place] = Buffer.from(cursor, "base64").toString().split(":").map(Number);
      const ageMs = this.#nowMs() - (issuedAtMs ?? 0);
      if (place === undefined || ageMs > scenario.cursorLifetimeMs) {
        return refusal(400, "invalid_cursor");
      }
      from =
        scenario.cursorKind === "count"
          ? place
          : visible.filter(({ dateCreate }) => dateCreate >= place).length;
    }
    if (fault && this.#random.chance(0.3)) {
      const place =
        scenario.cursorKind === "count" ? from : (visible[from - 1]?.dateCreate ?? now + 1);
      return pageOf([], this.#cursor(place), scenario);
    }
    let to = Math.min(visible.length, from + limit);
    while (
      scenario.cursorKind === "second" &&
      visible[to - 1]?.dateCreate === visible[to]?.dateCreate &&
      to < visible.length
    ) {
      to += 1;
    }
    const place = scenario.cursorKind === "count" ? to : (visible[to - 1]?.dateCreate ?? 0);
    const next = to < visible.length ? this.#cursor(place) : undefined;
    const entries = visible.slice(from, to);
    if (entries.length > scenario.wholePageMax) {
      return { ...pageOf(entries, next, scenario), fault: scenario.whatLargePagesAre };
    }
    if (this.#random.chance(scenario.strayChance)) {
      this.#addStray(entries);
    }
    const answer = pageOf(entries, next, scenario);
    if (!fault) {
      return answer;
    }
    return this.#random.pick<() => Answer>([
      () => ({ ...answer, fault: "cut" }),
      () => ({ ...answer, body: answer.body.replace(/"next_cursor":"[^"]+"/, '"next_cursor":7') }),
      () => ({ ...answer, body: answer.body.slice(0, -1) }),
      () => ({ ...answer, body: answer.body.replace("{", "{,") }),
    ])();
  }

  /** An entry stands in the page twice, or does not belong there. */
  #addStray(entries: SimulatedEntry[]): void {
    const from = this.#random.chance(0.5) ? entries : this.#newestFirst;
    const stray = from[this.#random.integer(0, from.length - 1)];
    if (stray !== undefined && stray.visibleAtMs <= this.#nowMs()) {
      entries.splice(this.#random.integer(0, entries.length), 0, stray);
    }
  }

  #cursor(place: number): string {
    return Buffer.from(`${this.#nowMs()}:${place}`).toString("base64");
  }

  /** A token bucket of one minute. @returns seconds to wait, zero when the call may go on */
  #takeCall(): number {
    const intervalMs = 60_000 / this.#scenario.callsPerMinute;
    const earliest = Math.max(this.#tokens, this.#nowMs() - 60_000);
    if (earliest > this.#nowMs()) {
      return Math.ceil((earliest - this.#nowMs()) / 1000);
    }
    this.#tokens = earliest + intervalMs;
    return 0;
  }
}

/** As much of a Response as the client reads. */
export function toResponse(
  answer: Answer,
): Awaited<ReturnType<NonNullable<AuditLogsClientOptions["fetch"]>>> {
  const bytes = Buffer.from(answer.body);
  const sent =
    answer.fault === "too_large"
      ? { byteLength: BYTES_TOO_MANY }
      : answer.fault === "cut"
        ? bytes.subarray(0, bytes.length / 2)
        : bytes;
  const headers = { "content-length": String(bytes.length), ...answer.headers };
  const response = {
    status: answer.status,
    type: "basic",
    redirected: false,
    headers: Object.entries(headers),
    body: [sent],
  };
  return response as unknown as Awaited<ReturnType<NonNullable<AuditLogsClientOptions["fetch"]>>>;
}

function pageOf(
  entries: readonly SimulatedEntry[],
  cursor: string | undefined,
  { endOfListing }: SourceScenario,
): Answer {
  const list = entries.map(({ text }) => text).join(",");
  const ends = {
    empty: ',"response_metadata":{"next_cursor":""}',
    null: ',"response_metadata":{"next_cursor":null}',
    absent: ',"response_metadata":{}',
    no_metadata: "",
  };
  const end =
    cursor === undefined ? ends[endOfListing] : `,"response_metadata":{"next_cursor":"${cursor}"}`;
  return { status: 200, body: `{"entries":[${list}]${end}}` };
}

function refusal(status: number, code: string): Answer {
  return { status, body: `{"ok":false,"error":"${code}"}` };
}
