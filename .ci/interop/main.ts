/**
 * `node .ci/interop/main.ts PYTHON`: the same calls by Slack's Python clients
 * and by ours. Prints a line for each call that comes out otherwise than
 * expected, and the counts.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { isDeepStrictEqual, promisify } from "node:util";
import { MONDAY_MORNING, makeEntry } from "../../fake-slack/entries.ts";
import { FAKE_TOKEN, startFakeSlack } from "../../fake-slack/fake-slack.ts";
import { FAULT_NAMES, type FaultName } from "../../fake-slack/faults.ts";
import {
  AuditLogsClient,
  allBuiltinRetryHandlers,
  type LogsParams,
  SlackApiError,
  SlackAuditError,
} from "../../lib/slack/index.ts";
import { collector } from "./collector.ts";

interface Call {
  method: "logs" | "pages" | "schemas" | "actions";
  params: LogsParams;
  query: Record<string, string>;
}

type Outcome = Record<string, unknown>;
type Client = "ours" | "sync" | "async";

const ENTRIES = 240;
const PAGES = 24;

const entries = Array.from({ length: ENTRIES }, (_, i) =>
  makeEntry({
    dateCreate: MONDAY_MORNING + i,
    action: ["user_login", "file_downloaded", "user_logout"][i % 3],
    actor: { id: `W${i % 4}` },
    entity: { type: "file", file: { id: `F${i % 5}` } },
  }),
);
const newestFirst = entries.map(({ id }) => id).reverse();

await using fake = await startFakeSlack({ entries });
const elsewhere = await collector();

/** The first call of each client and each `fault` goes wrong, or all of them where there is `always`. */
const faulted = new Set<string>();
fake.faults.when(({ params: { fault, by, always } }) => {
  const key = `${fault} ${by}`;
  if (fault === undefined || (faulted.has(key) && always === undefined)) {
    return undefined;
  }
  faulted.add(key);
  if (fault === "redirect") {
    return { kind: "redirect", location: `${elsewhere.url}?by=${by}`, status: 302 };
  }
  return toFaultName(fault);
});

const logs = (params: LogsParams, query: Call["query"] = {}): Call => ({
  method: "logs",
  params,
  query,
});
const latest = MONDAY_MORNING + 200;
const oldest = MONDAY_MORNING + 20;

/** Read the same by all three. */
const ALIKE: Record<string, Call> = {
  "24 pages": { method: "pages", params: { limit: ENTRIES / PAGES }, query: {} },
  "pages of a filtered listing": {
    method: "pages",
    params: { limit: 7, latest, oldest, action: "user_login", actor: "W1" },
    query: {},
  },
  "an action and a limit": logs({ action: "user_login", limit: 5 }),
  "several actions": logs({ action: "user_login,file_downloaded", limit: 9999 }),
  latest: logs({ latest, limit: 9999 }),
  oldest: logs({ oldest, limit: 9999 }),
  actor: logs({ actor: "W2", limit: 9999 }),
  entity: logs({ entity: "F3", limit: 9999 }),
  "all filters": logs({
    latest,
    oldest,
    limit: 3,
    action: "user_login",
    actor: "W0",
    entity: "F1",
  }),
  "no filter": logs({}),
  "an empty page": logs({ actor: "nobody" }),
  schemas: { method: "schemas", params: {}, query: {} },
  actions: { method: "actions", params: {}, query: {} },
  "429 once": logs({ limit: 5 }, { fault: "throttled" }),
  "500 once": logs({ limit: 5 }, { fault: "internal_error" }),
  "503 once": logs({ limit: 5 }, { fault: "unavailable" }),
  "429 each time": logs({ limit: 5 }, { fault: "throttled", always: "429" }),
  "a refused token": logs({ limit: 5 }, { fault: "token_refused", always: "401" }),
  "a refused cursor": logs({ cursor: "bm90IGEgY3Vyc29y" }),
};

const good = { status: 200, entries: newestFirst.slice(0, 5) };
const limit = { limit: 5 };

/** Ours does better: what each makes of one failure, with one retry of each kind. */
const APART: Record<string, [Call, Record<Client, Outcome>]> = {
  "502 once": [
    logs(limit, { fault: "html_bad_gateway" }),
    { ours: good, sync: { status: 502, error: null }, async: { status: 502, error: null } },
  ],
  "Retry-After: 1.5": [
    logs(limit, { fault: "throttled_decimal" }),
    { ours: good, sync: { exception: "ValueError" }, async: { exception: "ValueError" } },
  ],
  "Retry-After as a date": [
    logs(limit, { fault: "throttled_until_date" }),
    { ours: good, sync: { exception: "ValueError" }, async: { exception: "ValueError" } },
  ],
  "a body cut by length, once": [
    logs(limit, { fault: "cut_body" }),
    {
      ours: good,
      sync: { exception: "IncompleteRead" },
      async: { exception: "ClientPayloadError" },
    },
  ],
  "a chunked body cut, once": [
    logs(limit, { fault: "cut_chunked_body" }),
    {
      ours: good,
      sync: { exception: "IncompleteRead" },
      async: { exception: "ClientPayloadError" },
    },
  ],
  "malformed JSON once": [
    logs(limit, { fault: "malformed_json" }),
    { ours: good, sync: { exception: "JSONDecodeError" }, async: { exception: "JSONDecodeError" } },
  ],
  "an HTML page with 200": [
    logs(limit, { fault: "html_ok", always: "html" }),
    {
      ours: { exception: "SlackBodyError" },
      sync: { status: 200, entries: null },
      async: { status: 200, entries: null },
    },
  ],
  "an empty body with 200": [
    logs(limit, { fault: "empty_body", always: "empty" }),
    {
      ours: { exception: "SlackBodyError" },
      sync: { status: 200, entries: null },
      async: { status: 200, entries: null },
    },
  ],
  "ok:false with 200": [
    logs(limit, { fault: "ok_false", always: "ok" }),
    {
      ours: { status: 200, error: "internal_error" },
      sync: { exception: "TypeError" }, // of typed_body
      async: { exception: "TypeError" },
    },
  ],
  "a redirect to another host": [
    logs(limit, { fault: "redirect", always: "302" }),
    {
      ours: { status: 302, error: null },
      sync: { status: 200, entries: [] },
      async: { status: 200, entries: [] },
    },
  ],
};

const calls = {
  ...ALIKE,
  ...Object.fromEntries(Object.entries(APART).map(([k, [call]]) => [k, call])),
};
const outcomes: Record<Client, Record<string, Outcome>> = {
  ...(await theirOutcomes(process.argv[2] ?? "python3")),
  ours: await ourOutcomes(),
};

const failures: string[] = [];
let passed = 0;
check("24 pages hold all entries, newest first", outcomes.ours["24 pages"], {
  pages: PAGES,
  entries: newestFirst,
});
for (const name of Object.keys(ALIKE)) {
  check(`${name}: sync as ours`, outcomes.sync[name], outcomes.ours[name]);
  check(`${name}: async as ours`, outcomes.async[name], outcomes.ours[name]);
}
for (const name of ["429 once", "500 once", "503 once"]) {
  check(`${name}: recovered`, outcomes.ours[name], good);
}
for (const [name, [, expected]] of Object.entries(APART)) {
  for (const client of ["ours", "sync", "async"] as const) {
    check(`${name}: ${client}`, outcomes[client][name], expected[client]);
  }
}
check("who followed the redirect, and who sent the token there", elsewhere.received, [
  { by: "sync", token: true },
  { by: "async", token: false },
]);
await elsewhere.close();

for (const failure of failures) {
  process.stderr.write(`${failure}\n`);
}
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

function check(name: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) {
    passed += 1;
  } else {
    failures.push(`${name}: ${brief(actual)}, expected ${brief(expected)}`);
  }
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 200);
}

async function theirOutcomes(
  python: string,
): Promise<Record<"sync" | "async", Record<string, Outcome>>> {
  const child = promisify(execFile)(python, [join(import.meta.dirname, "slack_sdk_outcomes.py")], {
    maxBuffer: 2 ** 26,
    env: { PATH: process.env.PATH },
  });
  child.child.stdin?.end(JSON.stringify({ baseUrl: fake.baseUrl, token: FAKE_TOKEN, calls }));
  return JSON.parse((await child).stdout);
}

async function ourOutcomes(): Promise<Record<string, Outcome>> {
  const client = new AuditLogsClient({
    baseUrl: fake.baseUrl,
    token: FAKE_TOKEN,
    retryHandlers: allBuiltinRetryHandlers(),
  });
  const found: Record<string, Outcome> = {};
  for (const [name, call] of Object.entries(calls)) {
    found[name] = await ourOutcome(client, call).catch((error: unknown) => {
      if (error instanceof SlackApiError) {
        return { status: error.status, error: error.apiCode ?? null };
      }
      if (error instanceof SlackAuditError) {
        return { exception: error.name };
      }
      throw error;
    });
  }
  return found;
}

async function ourOutcome(
  client: AuditLogsClient,
  { method, params, query }: Call,
): Promise<Outcome> {
  const ours = { ...query, by: "ours" };
  if (method === "schemas" || method === "actions") {
    const { status, body } = await client[method]({ query: ours });
    return { status, body };
  }
  if (method === "logs") {
    const { status, typedBody } = await client.logs({ ...params, query: ours });
    return { status, entries: typedBody.entries.map(({ id }) => id) };
  }
  let pages = 0;
  const ids: (string | undefined)[] = [];
  for await (const page of client.pages({ ...params, query: ours })) {
    pages += 1;
    ids.push(...page.entries.map(({ id }) => id));
  }
  return { pages, entries: ids };
}

function toFaultName(name: string): FaultName {
  const found = FAULT_NAMES.find((known) => known === name);
  if (found === undefined) {
    throw new Error(`there is no fault ${name}`);
  }
  return found;
}
