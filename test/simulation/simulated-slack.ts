import type { AuditLogsClientOptions } from "../../lib/slack/client.ts";
import type { Scenario, SimulatedEntry } from "./scenario.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** What the client uses of a Response. */
interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
  /** The body ends after its first half. */
  isCut?: boolean;
}

export const FIRST_TOKEN = "xoxp-simulated-1";
const SECOND_TOKEN = "xoxp-simulated-2";

const HTML = "<html><body>502</body></html>";
const NOBODY_ANSWERS = new TypeError("fetch failed");

/** Slack in virtual time: what it shows at an instant, and what it answers. */
export class SimulatedSlack {
  readonly #scenario: Scenario;
  readonly #random: SeededRandom;
  readonly #nowMs: () => number;
  readonly #newestFirst: SimulatedEntry[];
  #tokens: number;

  constructor(scenario: Scenario, random: SeededRandom, nowMs: () => number) {
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
    const params = new URL(href).searchParams;
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
      "bad_endpoint",
      "feature_not_enabled",
      "invalid_action",
      "invalid_authentication",
      "invalid_cursor",
      "invalid_range",
      "invalid_workspace",
      "method_not_allowed",
      "missing_authentication",
      "missing_scope",
      "team_not_authorized",
      "user_not_authorized",
    ]);
    return random.pick<() => Answer>([
      () => ({
        ...refusal(429, "rate_limited"),
        headers: { "retry-after": random.pick(["1", "1.5", "30", "4000"]) },
      }),
      () => ({ ...refusal(429, "rate_limited") }),
      () => ({ status: 503, body: "unavailable" }),
      () => ({ status: 500, body: HTML }),
      () => ({ status: 502, body: HTML }),
      () => ({ status: 200, body: HTML }),
      () => ({ status: 200, body: '{"ok":false,"error":"internal_error"}' }),
      () => ({ status: 200, body: '{"entries":{}}' }),
      () => ({ status: 302, body: "", headers: { location: "https://elsewhere.invalid/" } }),
      () => refusal(random.pick([200, 400, 401, 403, 405]), code),
      () => {
        throw NOBODY_ANSWERS;
      },
    ])();
  }

  #page(params: URLSearchParams, fault: boolean): Answer {
    const { scenario } = { scenario: this.#scenario };
    const now = Math.floor(this.#nowMs() / 1000);
    const oldest = Number(params.get("oldest") ?? 0);
    const latest = Number(params.get("latest") ?? now) - (scenario.latestExclusive ? 1 : 0);
    const limit = Number(params.get("limit"));
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
    const answer = pageOf(visible.slice(from, to), next, scenario);
    if (!fault) {
      return answer;
    }
    return this.#random.pick<() => Answer>([
      () => ({ ...answer, isCut: true }),
      () => ({ ...answer, body: answer.body.slice(0, -1) }),
      () => ({ ...answer, body: answer.body.replace("{", "{,") }),
    ])();
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
  const sent = answer.isCut ? bytes.subarray(0, bytes.length / 2) : bytes;
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
  { endOfListing }: Scenario,
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
