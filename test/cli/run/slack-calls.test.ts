import { expect, it, onTestFinished } from "vitest";
import { SlackCalls } from "../../../cli/run/slack-calls.ts";
import { makeEntries } from "../../../fake-slack/entries.ts";
import { FAKE_TOKEN, type FakeSlack, startFakeSlack } from "../../../fake-slack/fake-slack.ts";
import { VirtualClock } from "../../fakes/virtual-clock.ts";

const QUERY = { oldest: 1_772_442_000, latest: 1_772_442_010, limit: 3 };

async function callsWithFaults(...faults: Parameters<FakeSlack["faults"]["next"]>[0][]) {
  const slack = await startFakeSlack({ entries: makeEntries(3, { from: 1_772_442_000 }) });
  onTestFinished(() => slack.close());
  for (const fault of faults) slack.faults.next(fault);
  const troubles: string[] = [];
  const calls = new SlackCalls({
    tokens: { get: async () => FAKE_TOKEN, refresh: async () => FAKE_TOKEN },
    clock: new VirtualClock(1_772_450_000_000),
    apiBase: slack.baseUrl,
    onTrouble: ({ name }) => troubles.push(name),
  });
  return { calls, troubles };
}

it("tells of the first failure of several, and of none after a success", async () => {
  const { calls, troubles } = await callsWithFaults("reset", "html_bad_gateway");
  await calls.slack.logsPage(QUERY, { deadlineMs: Number.POSITIVE_INFINITY });

  expect(troubles).toEqual(["SlackConnectionError"]);
  expect(calls.lastFailure).toBeUndefined();
});

it("does not tell of a pause that Slack asks for", async () => {
  const { calls, troubles } = await callsWithFaults({ kind: "throttled", retryAfter: "3" });
  await calls.slack.logsPage(QUERY, { deadlineMs: Number.POSITIVE_INFINITY });

  expect(troubles).toEqual([]);
});
