import { afterEach, beforeEach, expect, it } from "vitest";
import { JiraTarget } from "../../lib/notify/jira-target.ts";
import { TargetUnavailableError } from "../../lib/notify/target.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { type ReceivedRequest, type ScriptedAnswer, ScriptedServer } from "./scripted-server.ts";
import { HOSTILE_TITLE, makeSender, secretOf } from "./target-bed.ts";

const ALERT = { ...makeAlert("rule/grid/2026-01-05T10:00:00Z/0a"), title: HOSTILE_TITLE };

/** As much of Jira as is asked: it keeps issues, and finds them by a label. */
class Jira {
  // biome-ignore lint/suspicious/noExplicitAny: Jira's own fields
  readonly issues: any[] = [];
  /** The next issue is made, and the answer is lost. */
  losesAnswer = false;

  answer({ path, body }: ReceivedRequest): ScriptedAnswer {
    if (path === "/rest/api/3/search/jql") {
      const [, label] = /^project = "SEC" AND labels = "([\w-]+)"$/.exec(body.jql) ?? [];
      const found = this.issues.filter(({ labels }) => labels.includes(label));
      const issues = found.map((_, i) => ({ key: `SEC-${i + 1}` }));
      return { status: 200, body: JSON.stringify({ issues, isLast: true }) };
    }
    this.issues.push(body.fields);
    if (this.losesAnswer) return "cut";
    return { status: 201, body: JSON.stringify({ key: `SEC-${this.issues.length}` }) };
  }
}

let jira: Jira;
let server: ScriptedServer;
let target: JiraTarget;

beforeEach(async () => {
  jira = new Jira();
  server = await ScriptedServer.start((request) => jira.answer(request));
  target = new JiraTarget(makeSender(), secretOf("token"), {
    site: server.endpoint,
    email: "bot@example.com",
    project: "SEC",
    issueType: "Bug",
  });
});
afterEach(() => server.stop());

it("makes an issue whose text is the alert's", async () => {
  await target.send(ALERT);
  expect(server.received[1]?.headers.authorization).toBe(
    `Basic ${Buffer.from("bot@example.com:token").toString("base64")}`,
  );
  expect(jira.issues[0]).toMatchObject({
    project: { key: "SEC" },
    issuetype: { name: "Bug" },
    labels: ["slack-audit-lake", expect.stringMatching(/^alert-[0-9a-f]{40}$/)],
    description: { type: "doc", version: 1 },
  });
  expect(jira.issues[0].summary).toBe(`[HIGH] ${HOSTILE_TITLE}`);
});

it("gives names no effect: only text nodes hold them", async () => {
  await target.send({ ...ALERT, entry: { ...ALERT.entry, actor: HOSTILE_TITLE, location: "" } });
  const { description } = jira.issues[0];
  const kinds = new Set(JSON.stringify(description).match(/"type":"\w+"/g));
  expect([...kinds].toSorted()).toEqual(
    ["bulletList", "codeBlock", "doc", "listItem", "paragraph", "strong", "text"].map(
      (kind) => `"type":"${kind}"`,
    ),
  );
  expect(JSON.stringify(description)).not.toContain('"text":""');
});

it("makes one issue of an alert that is sent again", async () => {
  await target.send(ALERT);
  await target.send(ALERT);
  await target.send({ ...ALERT, id: "rule/grid/2026-01-05T11:00:00Z/0a" });
  expect(jira.issues).toHaveLength(2);
});

it("does not make an issue again at once when the answer was lost, and finds it later", async () => {
  jira.losesAnswer = true;
  await expect(target.send(ALERT)).rejects.toThrow(TargetUnavailableError);
  expect(jira.issues).toHaveLength(1);
  await target.send(ALERT);
  expect(jira.issues).toHaveLength(1);
});

it("makes it again at once when Jira has refused it for now", async () => {
  server.reset({ status: 200, body: '{"issues":[]}' }, { status: 429 });
  await target.send(ALERT);
  expect(jira.issues).toHaveLength(1);
});

it("makes nothing when the search's answer is not one", async () => {
  const page = { status: 200, body: "<html>" };
  server.reset(page, page, page);
  await expect(target.send(ALERT)).rejects.toThrow(TargetUnavailableError);
  expect(jira.issues).toHaveLength(0);
});

it.each([
  { status: 200, body: "<html>" },
  { status: 201, body: "{}" },
  { status: 201, body: '{"key":""}' },
  { status: 202, body: '{"key":"SEC-1"}' },
])(
  "takes no answer but that of a new issue for one, nor makes it again at once: %j",
  async (answer) => {
    server.reset({ status: 200, body: '{"issues":[]}' }, answer);
    await expect(target.send(ALERT)).rejects.toThrow(TargetUnavailableError);
    expect(server.received).toHaveLength(2);
  },
);

it("says which field Jira finds wrong, and nothing else of its answer", async () => {
  const body = '{"errors":{"issuetype":"x0secret0x is no type of issue"}}';
  server.reset({ status: 200, body: '{"issues":[]}' }, { status: 400, body });
  await expect(target.send(ALERT)).rejects.toThrow(/^the target answered 400: issuetype$/);
});
