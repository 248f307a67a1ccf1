import { describe, expect, it, onTestFinished } from "vitest";
import { ingestUntilCaughtUp } from "../../../cli/run/ingest-until-caught-up.ts";
import { MONDAY_MORNING, makeEntries } from "../../../fake-slack/entries.ts";
import {
  FAKE_TOKEN,
  type FakeSlackOptions,
  startFakeSlack,
} from "../../../fake-slack/fake-slack.ts";
import { EnvironmentTokenProvider } from "../../../lib/local/environment-token-provider.ts";
import { createSlackSource } from "../../../lib/run/slack-source.ts";
import { MemoryArchiveStore } from "../../fakes/memory-archive-store.ts";
import { MemoryCheckpointStore } from "../../fakes/memory-checkpoint-store.ts";
import { VirtualClock } from "../../fakes/virtual-clock.ts";

const HOUR = 3600;
const SETTINGS = {
  source: "acme",
  firstStart: MONDAY_MORNING,
  settleDelaySeconds: 60,
  allowedLatenessSeconds: 900,
  pageLimit: 9999,
};

/** A loop over a Slack with 200 entries within two hours, in virtual time. */
async function prepare(options: FakeSlackOptions = {}) {
  const clock = new VirtualClock((MONDAY_MORNING + 2 * HOUR) * 1000);
  const entries = makeEntries(200, { stepSeconds: 30 });
  const slack = await startFakeSlack({ clock, entries, ...options });
  onTestFinished(() => slack.close());
  const tokens = new EnvironmentTokenProvider({ SLACK_AUDIT_TOKEN: FAKE_TOKEN });
  const ports = {
    slack: createSlackSource({ tokens, clock, baseUrl: slack.baseUrl }),
    archive: new MemoryArchiveStore(),
    checkpoints: new MemoryCheckpointStore(),
    clock,
  };
  const waits: string[] = [];
  const run = (limits: { deadlineMs?: number; signal?: AbortSignal } = {}) =>
    ingestUntilCaughtUp(ports, SETTINGS, {
      deadlineMs: Number.POSITIVE_INFINITY,
      onWait: (_untilMs, reason) => waits.push(reason),
      ...limits,
    });
  return { clock, slack, run, waits };
}

describe("faults that pass", () => {
  it.each([
    "throttled",
    "throttled_decimal",
    "throttled_until_date",
    "throttled_without_header",
    "internal_error",
    "unavailable",
    "html_bad_gateway",
    "html_ok",
    "empty_body",
    "reset",
    "reset_mid_body",
    "cut_body",
    "cut_chunked_body",
    "malformed_json",
  ] as const)("%s does not end the loop", async (fault) => {
    const { slack, run } = await prepare();
    slack.faults.next(fault, 3);
    const { summary } = await run();
    expect(summary).toMatchObject({ outcome: "caught_up", entries: 200 });
  });

  it("an outage longer than a run's patience is waited out", async () => {
    const { slack, run, waits, clock } = await prepare();
    const endOfOutageMs = clock.nowMs() + 10 * 60_000;
    slack.faults.when(() => (clock.nowMs() < endOfOutageMs ? "unavailable" : undefined));
    const { summary, cause } = await run();
    expect(summary).toMatchObject({ outcome: "caught_up", entries: 200 });
    expect(summary.error).toBe(undefined);
    expect(cause).toBe(undefined);
    expect(waits[0]).toMatch(/HTTP 503.*; retrying$/);
  });
});

it("gives up when Slack stays away, and says why", async () => {
  const { slack, run } = await prepare();
  slack.faults.when(() => "unavailable");
  const { summary, cause } = await run();
  expect(summary).toMatchObject({ outcome: "failed", pages: 0 });
  expect(cause).toMatchObject({ name: "SlackApiError", status: 503 });
});

it("does not try again what cannot pass", async () => {
  const { slack, run, waits } = await prepare();
  slack.token = "xoxp-another";
  const { summary } = await run();
  expect(summary.outcome).toBe("failed");
  expect(waits).toEqual([]);
});

it("waits as long as Slack asks when there is time, and adds the runs up", async () => {
  const { slack, run, clock } = await prepare();
  slack.faults.at(2, { kind: "throttled", retryAfter: "3000" });
  const startMs = clock.nowMs();
  const { summary } = await run({ deadlineMs: startMs + 3 * HOUR * 1000 });
  expect(summary).toMatchObject({ outcome: "caught_up", entries: 200 });
  expect(summary.windows).toBeGreaterThan(2);
});

it("ends as throttled when the wait goes past its deadline", async () => {
  const { slack, run, clock } = await prepare();
  slack.faults.at(1, { kind: "throttled", retryAfter: "3000" });
  const { summary } = await run({ deadlineMs: clock.nowMs() + 120_000 });
  expect(summary).toMatchObject({ outcome: "throttled", entries: 0 });
  expect(summary.notBefore).toBeGreaterThan(clock.nowMs());
});

it("runs once more for what came while a long run was at work", async () => {
  const { slack, run, clock } = await prepare();
  slack.onCall = ({ number }) => {
    if (number !== 1) return;
    clock.advance(10 * 60_000);
    slack.add(makeEntries(10, { from: MONDAY_MORNING + 2 * HOUR + 60 }));
  };
  const { summary } = await run();
  expect(summary).toMatchObject({ outcome: "caught_up", entries: 210 });
  expect(summary.lagSeconds).toBeLessThan(120);
});

it("goes on after the machine was asleep for longer than the lease", async () => {
  const { slack, run, clock } = await prepare();
  slack.onCall = ({ number }) => {
    if (number === 1) clock.advance(HOUR * 1000);
  };
  const { summary } = await run();
  expect(summary).toMatchObject({ outcome: "caught_up", entries: 200 });
});

it("is interrupted while it waits between two runs", async () => {
  const { slack, run, clock } = await prepare();
  slack.faults.when(() => "unavailable");
  const controller = new AbortController();
  const sleep = clock.sleep.bind(clock);
  let sleeps = 0;
  clock.sleep = (ms, signal) => {
    sleeps += 1;
    if (sleeps === 12) controller.abort(new Error("Ctrl-C"));
    return sleep(ms, signal);
  };
  const { summary, cause } = await run({ signal: controller.signal });
  expect(summary.outcome).toBe("interrupted");
  expect(cause).toBe(undefined);
});
