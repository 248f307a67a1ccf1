import { expect, it } from "vitest";
import type { Notification } from "../../lib/detect/ports.ts";
import { makeTarget, type TargetPorts } from "../../lib/notify/make-target.ts";
import type { TargetSettings } from "../../lib/notify/target-settings.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";
import { NOW_MS } from "./target-bed.ts";

const SECRETS: Record<string, string> = {
  channel: "https://hooks.slack.com/services/T0/B0/x",
  "routing-key": "0123456789abcdef0123456789abcdef",
  "api-token": "token",
  "signing-key": `whsec_${Buffer.alloc(24).toString("base64")}`,
};

/** What services say, by the end of the path. */
const ANSWERS: Record<string, { status: number; body: string }> = {
  enqueue: { status: 202, body: '{"status":"success"}' },
  jql: { status: 200, body: '{"issues":[]}' },
  issue: { status: 201, body: '{"key":"SEC-1"}' },
};
const OK = { status: 200, body: "ok" };

async function addressesOf(settings: TargetSettings): Promise<string[]> {
  const addresses: string[] = [];
  const ports: TargetPorts = {
    fetch: async (url) => {
      addresses.push(String(url));
      const { status, body } = ANSWERS[new URL(String(url)).pathname.split("/").at(-1) ?? ""] ?? OK;
      return new Response(body, { status });
    },
    timeout: () => new AbortController().signal,
    clock: new VirtualClock(NOW_MS),
    random: () => 0,
    readSecret: async (name) => SECRETS[name] ?? "",
    sinkOf: ({ type }) => ({
      publish: async ({ data }: Notification) =>
        void addresses.push(`${type} ${(data as { id: string }).id}`),
    }),
  };
  await makeTarget(settings, ports).send(makeAlert("a"));
  return addresses;
}

it.each<[TargetSettings, string[]]>([
  [{ type: "slack", secret: "channel" }, ["https://hooks.slack.com/services/T0/B0/x"]],
  [
    { type: "pagerduty", secret: "routing-key", region: "us" },
    ["https://events.pagerduty.com/v2/enqueue"],
  ],
  [
    { type: "pagerduty", secret: "routing-key", region: "eu" },
    ["https://events.eu.pagerduty.com/v2/enqueue"],
  ],
  [
    {
      ...{ type: "jira", secret: "api-token", site: "https://example.atlassian.net" },
      ...{ email: "bot@example.com", project: "SEC", issueType: "Task" },
    },
    [
      "https://example.atlassian.net/rest/api/3/search/jql",
      "https://example.atlassian.net/rest/api/3/issue",
    ],
  ],
  [
    { type: "webhook", secret: "signing-key", url: "https://siem.example.com/in" },
    ["https://siem.example.com/in"],
  ],
  [{ type: "eventbridge", busArn: "arn" }, ["eventbridge a"]],
  [{ type: "sns", topicArn: "arn" }, ["sns a"]],
])("sends where the settings say: %j", async (settings, addresses) => {
  expect(await addressesOf(settings)).toEqual(addresses);
});
