import { afterAll, beforeAll, expect, it } from "vitest";
import { SlackTarget } from "../../lib/notify/slack-target.ts";
import { TargetRefusedError } from "../../lib/notify/target.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { ScriptedServer } from "./scripted-server.ts";
import { HOSTILE_TITLE, makeSender, secretOf } from "./target-bed.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await ScriptedServer.start(() => ({ status: 200, body: "ok" }));
});
afterAll(() => server.stop());

async function messageOf(title: string) {
  server.reset();
  const target = new SlackTarget(makeSender(), secretOf(`${server.endpoint}/services/a`));
  const alert = makeAlert("a");
  const entry = { ...alert.entry, actor: title, location: "" };
  await target.send({ ...alert, title, entry });
  return server.received[0]?.body;
}

it("shows the alert in Block Kit", async () => {
  const { text, blocks } = await messageOf("Ada disabled Intune");
  expect(text).toBe("[HIGH] Ada disabled Intune");
  const [{ type, elements }] = blocks;
  expect(type).toBe("rich_text");
  expect(elements[0].elements).toEqual([
    { type: "emoji", name: "large_orange_circle" },
    { type: "text", text: " " },
    { type: "text", text: "Ada disabled Intune", style: { bold: true } },
  ]);
  expect(elements).toContainEqual({
    type: "rich_text_preformatted",
    elements: [{ type: "text", text: expect.stringMatching(/^SELECT \* FROM audit_logs WHERE/) }],
  });
});

it("gives names no effect: no mention, no link, no style", async () => {
  const message = await messageOf(HOSTILE_TITLE);
  expect(message).toMatchObject({ mrkdwn: false, link_names: false, unfurl_links: false });
  expect(message.text).not.toMatch(/[<>]/);
  expect(message.text).toContain("&lt;!channel&gt;");
  const kinds = JSON.stringify(message.blocks).match(/"type":"\w+"/g) ?? [];
  expect(new Set(kinds)).toEqual(
    new Set(
      [
        "rich_text",
        "rich_text_section",
        "rich_text_list",
        "rich_text_preformatted",
        "text",
        "emoji",
      ].map((kind) => `"type":"${kind}"`),
    ),
  );
  expect(JSON.stringify(message.blocks)).toContain(JSON.stringify(HOSTILE_TITLE).slice(1, -1));
});

it("has no empty text, which Slack refuses", async () => {
  expect(JSON.stringify(await messageOf(""))).not.toContain('"text":""');
});

it.each(["", "not a URL", "http://hooks.slack.com/services/a", "https://u:p@hooks.slack.com/a"])(
  "refuses %j as a webhook, without quoting it",
  async (url) => {
    const error = await new SlackTarget(makeSender(), secretOf(url))
      .send(makeAlert("a"))
      .catch((error: Error) => error);
    expect(error).toBeInstanceOf(TargetRefusedError);
    if (url !== "") expect((error as Error).message).not.toContain(url);
  },
);
