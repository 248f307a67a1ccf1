/** Every job of the deployed stack, by its state machines and bundles, on moto, under its policies. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EntrySource, makeEntry, makeMalformedEntry } from "../../fake-slack/entries.ts";
import { Organization } from "../../fake-slack/organization.ts";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { sealedDays } from "../../lib/archive/sealed-day.ts";
import { DirectoryArchiveStore } from "../../lib/local/directory-archive-store.ts";
import { createDatabase } from "../../lib/local/duckdb.ts";
import { INGEST_METRICS, SEAL_METRICS } from "../../lib/stack/metrics.ts";
import { dayOf } from "../../lib/time.ts";
import { describeForbiddenCalls } from "../../test/functions/forbidden-calls.ts";
import { AlertInbox } from "./alert-inbox.ts";
import {
  DAYS,
  EMPTY,
  FIRST_START,
  isIn,
  QUARANTINED,
  SETTLED_UNTIL,
  STACK_NAME,
  UNSEALABLE,
  withoutDay,
} from "./days.ts";
import { DeployedStack, TOKEN } from "./deployed-stack.ts";
import { emittedMetrics, valuesOf, watchedMetrics } from "./metrics.ts";
import { ObjectEvents } from "./object-events.ts";

const ASSEMBLIES = ["cdk.out/full", "cdk.out/jobs"];
const SOURCES = ["grid", "acme"];
const ENTRIES_PER_WEEK = 5_000;

let stack: DeployedStack;
let inbox: AlertInbox;
/** Epoch seconds: of the entries that a rule matches. */
let alertAt: number;

beforeAll(async () => {
  const from = QUARANTINED;
  const until = Math.floor(Date.now() / 1000);
  const sources = SOURCES.map((name, seed): [string, EntrySource] => [
    name,
    withoutDay(EMPTY, new Organization({ seed, entriesPerWeek: ENTRIES_PER_WEEK, from, until })),
  ]);
  stack = await DeployedStack.start(ASSEMBLIES, STACK_NAME, new Map(sources));
  inbox = await AlertInbox.open(stack);
  for (const { slack } of eachSource()) {
    slack.add([makeMalformedEntry("no_id", QUARANTINED + 40_000)]);
  }
});

afterAll(async () => {
  for (const { output } of stack.functions.calls) expect(output).not.toContain(TOKEN);
  await stack.stop();
});

function eachSource() {
  return SOURCES.map((source) => ({ source, slack: stack.slackOf(source) }));
}

/** The same for both sources at a time. */
function forBoth<Result>(run: (source: string) => Promise<Result>): Promise<Result[]> {
  return Promise.all(SOURCES.map(run));
}

async function ingest(source: string) {
  const [id] = stack.deployment.one("AWS::Lambda::Function", `Ingestion${source}Function`);
  return stack.functions.invoke(id, stack.inputOf(`Ingestion${source}Schedule`));
}

const archivedOf = (source: string) => stack.lines(`${PREFIXES.auditLogs}source=${source}/`);

async function expectTruth(from?: number): Promise<void> {
  for (const { source, slack } of eachSource()) {
    const truth = [...slack.visible(from)].flatMap(({ id, text }) =>
      id === undefined ? [] : text,
    );
    expect(truth.length).toBeGreaterThan(500);
    expect(await archivedOf(source)).toEqual(truth.toSorted());
  }
}

describe("the live runs", () => {
  it("say that they have no token, and call nobody", async () => {
    for (const outcome of await forBoth(ingest)) {
      expect(outcome).toEqual({ answer: null });
    }
    expect(valuesOf(INGEST_METRICS.tokenMissing, stack.functions.calls)).toEqual([1, 1]);
    for (const { slack } of eachSource()) expect(slack.stats.calls).toBe(0);
  });

  it("archive what Slack lists from their first start on", async () => {
    await stack.setTokens();
    for (const outcome of await forBoth(ingest)) {
      expect(outcome).toMatchObject({ answer: { outcome: "caught_up" } });
    }
    await expectTruth(FIRST_START);
  });

  it("archive what is new, each entry once", async () => {
    alertAt = Math.floor(Date.now() / 1000);
    for (const { slack } of eachSource()) {
      const entries = [0, 0, 1].map((seconds) => makeEntry({ dateCreate: alertAt + seconds }));
      slack.add([...entries, makeEntry({ dateCreate: alertAt, action: "intune_disabled" })]);
    }
    await sleep(3_000); // Slack lists nothing of the future.
    for (const outcome of await forBoth(ingest)) {
      expect(outcome).toMatchObject({ answer: { outcome: "caught_up", entries: 4 } });
    }
    await expectTruth(FIRST_START);
  });
});

describe("the backfill", () => {
  it("archives the days before, through a 429, and what cannot be read goes to quarantine", async () => {
    for (const { slack } of eachSource()) slack.faults.next({ kind: "throttled", retryAfter: "1" });
    for (const from of [EMPTY, QUARANTINED]) {
      const input = { op: "plan", from: new Date(from * 1000).toISOString() };
      for (const execution of await forBoth((source) =>
        stack.machines.run(`Backfill${source}`, input),
      )) {
        expect(execution).toMatchObject({ status: "SUCCEEDED" });
      }
    }
    await expectTruth();
    for (const { source, slack } of eachSource()) {
      expect(await stack.lines(`${PREFIXES.quarantine}source=${source}/`)).toEqual(
        slack.malformed(),
      );
    }
  });
});

const seal = (source: string) =>
  stack.machines.run(`Closing${source}`, stack.inputOf(`Closing${source}Schedule`) as object);

describe("sealing", () => {
  it("seals each settled day but the one that cannot be, and says so", async () => {
    for (const { slack } of eachSource()) {
      slack.faults.when(({ params }) =>
        isIn(UNSEALABLE, Number(params.oldest)) ? "token_refused" : undefined,
      );
    }
    for (const execution of await forBoth(seal)) {
      expect(execution).toMatchObject({ status: "FAILED", error: "SlackApiError" });
    }
    for (const source of SOURCES) {
      expect(await sealedDays(stack.archive, source)).toEqual(
        DAYS.filter((day) => day !== dayOf(UNSEALABLE)),
      );
    }
    expect(valuesOf(SEAL_METRICS.unsealedDays, stack.functions.calls)).toContain(1);
    expect(valuesOf(SEAL_METRICS.failed, stack.functions.calls)).toContain(1);
  });

  it("seals it the next time", async () => {
    for (const { slack } of eachSource()) slack.faults.clear();
    for (const execution of await forBoth(seal)) {
      expect(execution).toMatchObject({ status: "SUCCEEDED" });
    }
    for (const source of SOURCES) expect(await sealedDays(stack.archive, source)).toEqual(DAYS);
    expect(
      valuesOf(SEAL_METRICS.unreconciled, stack.functions.calls).some((count) => count > 0),
    ).toBe(false);
  });

  it("changed nothing in the archive", () => expectTruth());

  it("put the sealed days into columns, which the view serves", async () => {
    for (const { source, slack } of eachSource()) {
      const days = `source = '${source}' AND dt BETWEEN '${DAYS[0]}' AND '${DAYS.at(-1)}'`;
      const truth = [...slack.visible(QUARANTINED, SETTLED_UNTIL - 1)].flatMap(({ id, text }) =>
        id === undefined ? [] : text,
      );
      for (const table of ["audit_logs", "audit_logs_columns"]) {
        const { rows } = await stack.athena.run(`SELECT line FROM ${table} WHERE ${days}`);
        expect(rows.flat().toSorted()).toEqual(truth.toSorted());
      }
      expect(stack.athena.view).toContain(
        `(source = '${source}' AND dt BETWEEN '${DAYS[0]}' AND '${DAYS.at(-1)}')`,
      );
    }
  });

  it("wrote the sealed days as events, each entry once", async () => {
    const rows = await readEvents("metadata.tenant_uid, raw_data");
    for (const { source, slack } of eachSource()) {
      const truth = [...slack.visible(QUARANTINED, SETTLED_UNTIL - 1)].flatMap(({ id, text }) =>
        id === undefined ? [] : text,
      );
      const lines = rows.flatMap(([tenant, line]) => (tenant === source ? String(line) : []));
      expect(lines.toSorted()).toEqual(truth.toSorted());
    }
    const marks = await Array.fromAsync(stack.events.list("marks/"), ({ key }) => key);
    const done = marks.filter((key) => key.endsWith("/done.json"));
    expect(done).toHaveLength(SOURCES.length * DAYS.length);
  });
});

/** What DuckDB reads of all Parquet files of events. */
async function readEvents(select: string, clauses = ""): Promise<unknown[][]> {
  const directory = await mkdtemp(join(tmpdir(), "events-"));
  const copy = new DirectoryArchiveStore(directory);
  for await (const { key } of stack.events.list("ext/")) {
    await copy.put(key, await stack.events.get(key));
  }
  const database = await createDatabase();
  try {
    const connection = await database.connect();
    const files = `read_parquet('${directory}/ext/**/*.parquet', union_by_name = true)`;
    const result = await connection.runAndReadAll(`SELECT ${select} FROM ${files} ${clauses}`);
    return result.getRowsJson();
  } finally {
    database.closeSync();
    await rm(directory, { recursive: true });
  }
}

describe("alerts", () => {
  it("go out for entries that a rule matches, each once", async () => {
    const events = new ObjectEvents(stack);
    await events.publish();
    await events.deliver();
    for (const source of SOURCES) {
      // EventBridge may send an event twice.
      await events.publish(`${PREFIXES.auditLogs}source=${source}/dt=${dayOf(alertAt)}/`);
    }
    await events.deliver();
    const messages = await inbox.receive();
    expect(new Set(messages.map((message) => JSON.parse(message).id)).size).toBe(messages.length);
    for (const source of SOURCES) {
      const ofSource = messages.filter((message) => message.includes(`"${source}"`));
      expect(ofSource.filter((message) => message.includes("intune-disabled"))).toHaveLength(1);
    }
  });

  it("are written beside the events once their day is over, each once", async () => {
    const logged: string[] = [];
    for await (const { key } of stack.archive.list(PREFIXES.alerts)) {
      const { id, period } = JSON.parse(Buffer.from(await stack.archive.get(key)).toString());
      if (period.start < dayOf(Date.now() / 1000)) logged.push(id);
    }
    expect(logged.length).toBeGreaterThan(0);
    for (const night of [1, 2]) {
      for (const execution of await forBoth(seal)) {
        expect(execution, `night ${night}`).toMatchObject({ status: "SUCCEEDED" });
      }
    }
    const rows = await readEvents("metadata.uid", "WHERE metadata.log_name = 'alerts'");
    expect(rows.flat().toSorted()).toEqual(logged.toSorted());
  });

  it("go out when Slack announces an action", async () => {
    const [id] = stack.deployment.one("AWS::Lambda::Function", "DetectionDrift");
    const look = (source: string) =>
      stack.functions.invoke(id, { source, apiBase: stack.slackOf(source).baseUrl });
    for (const outcome of await forBoth(look)) expect(outcome).toEqual({ answer: null });
    expect(await inbox.receive()).toEqual([]);
    for (const { slack } of eachSource()) {
      const actions = await (await fetch(`${slack.baseUrl}actions`)).json();
      const group = Object.keys((actions as { actions: object }).actions)[0] ?? "";
      (actions as { actions: Record<string, string[]> }).actions[group]?.push("brand_new_action");
      slack.faults.when(({ path }) =>
        path === "actions"
          ? {
              ...{ kind: "body", status: 200, contentType: "application/json" },
              body: JSON.stringify(actions),
            }
          : undefined,
      );
    }
    for (const outcome of await forBoth(look)) expect(outcome).toEqual({ answer: null });
    const messages = await inbox.receive();
    expect(messages).toHaveLength(SOURCES.length);
    for (const message of messages) expect(message).toContain("brand_new_action");
  });
});

describe("the weekly report", () => {
  it("is a page about the days before, with every alert, and goes out as a link to it", async () => {
    const [id] = stack.deployment.one("AWS::Lambda::Function", "WeeklyReportFunction");
    // As the Scheduler fills in its own time: tomorrow, so that the alerts of now are in the week.
    const time = new Date(Date.now() + 86_400_000).toISOString();
    expect(stack.inputOf("WeeklyReportSchedule")).toEqual({
      time: "<aws.scheduler.scheduled-time>",
    });
    expect(await stack.functions.invoke(id, { time })).toEqual({ answer: null });

    const [key = "", ...more] = await Array.fromAsync(stack.results.list("reports/"), (o) => o.key);
    expect(more).toEqual([]);
    const page = Buffer.from(await stack.results.get(key)).toString();
    const from = time.slice(0, 10);
    const entries = SOURCES.flatMap((source) => [
      ...stack.slackOf(source).visible(Date.parse(from) / 1000 - 7 * 86_400),
    ]).filter(({ id }) => id !== undefined);
    expect(page).toContain(`data-entries="${entries.length}"`);
    for (const source of SOURCES) expect(page).toContain(`Proof of ${source}`);
    expect(page).toContain("intune-disabled");
    const [message = "{}", ...others] = await inbox.receive();
    expect(others).toEqual([]);
    expect(JSON.parse(message)).toMatchObject({
      type: "report",
      location: expect.stringMatching(new RegExp(`^s3://[^/]+/${key}$`)),
    });
  });
});

/** Metrics that have no zeros, of what did not happen here. */
const NO_TROUBLE = ["TokenRefused", "Quarantined", "RuleFailures", "UnreadableLines"];

describe("verify", () => {
  const verify = (...options: string[]) =>
    promisify(execFile)(process.execPath, ["cli/audit-lake.js", "verify", ...options, "--json"], {
      env: { ...process.env, ...stack.environment },
    });
  const intact = {
    sources: SOURCES.toSorted().map((source) => ({
      source,
      damages: [],
      unreconciled: [],
      manifests: DAYS.length,
    })),
    unknown: [],
  };

  it("finds a copy of the bucket intact, and each manifest signed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "copy-"));
    try {
      const copy = new DirectoryArchiveStore(join(directory, "archive"));
      for await (const { key } of stack.archive.list("")) {
        if (!key.startsWith(PREFIXES.compact)) await copy.put(key, await stack.archive.get(key));
      }
      await writeFile(join(directory, "key.pem"), await stack.publicKey());
      const { stdout } = await verify(
        ...["--archive", join(directory, "archive")],
        ...["--public-key", join(directory, "key.pem")],
      );
      expect(JSON.parse(stdout)).toMatchObject(intact);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("finds the deployed archive intact, columns included", async () => {
    const { stdout } = await verify("--stack", STACK_NAME, "--public-key", "stack");
    expect(JSON.parse(stdout)).toMatchObject(intact);
  });
});

describe("the alarms", () => {
  it("watch metrics that the functions emit", () => {
    const emitted = emittedMetrics(stack.functions.calls);
    const watched = watchedMetrics(stack.deployment);
    expect(watched.length).toBeGreaterThan(10);
    const silent = watched.filter((metric) => !emitted.has(metric));
    expect(silent.filter((metric) => !NO_TROUBLE.includes(metric.split(" ")[1] ?? ""))).toEqual([]);
  });
});

describe("the policies of the template", () => {
  it("allowed every call that the jobs made", () => {
    expect(stack.gateway.refusals).toEqual([]);
  });

  describeForbiddenCalls(
    () => ({
      deployment: stack.deployment,
      endpoint: stack.gateway.endpoint,
      keys: async () => [],
    }),
    { targets: false },
  );
});
