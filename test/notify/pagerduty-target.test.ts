import { expect, it } from "vitest";
import { PagerDutyTarget } from "../../lib/notify/pagerduty-target.ts";
import { makeAlert } from "../detect/make-alert.ts";
import { ScriptedServer } from "./scripted-server.ts";
import { HOSTILE_TITLE, makeSender, secretOf } from "./target-bed.ts";

const TAKEN = { status: 202, body: '{"status":"success"}' };

it("triggers an event that PagerDuty knows by the alert's id", async () => {
  const server = await ScriptedServer.start(() => TAKEN);
  const target = new PagerDutyTarget(
    makeSender(),
    secretOf("key"),
    `${server.endpoint}/v2/enqueue`,
  );
  const alert = { ...makeAlert("rule/grid/2026-01-05T10:00:00Z/0a"), title: HOSTILE_TITLE };
  await target.send(alert);
  await target.send(alert);
  await server.stop();

  const [first, second] = server.received;
  expect(first?.path).toBe("/v2/enqueue");
  expect(first?.body).toMatchObject({
    routing_key: "key",
    event_action: "trigger",
    dedup_key: "rule/grid/2026-01-05T10:00:00Z/0a",
    payload: {
      summary: HOSTILE_TITLE,
      severity: "error",
      source: "grid",
      timestamp: "2026-01-05T10:30:00Z",
      component: "intune_disabled",
      class: "intune-disabled",
      custom_details: {
        Severity: "high",
        "Check next": alert.checks,
        "The exact text": alert.inspect.cat,
      },
    },
  });
  expect(second?.rawBody).toBe(first?.rawBody);
});

it("links to what has an address only", async () => {
  const server = await ScriptedServer.start(() => TAKEN);
  const target = new PagerDutyTarget(makeSender(), secretOf("key"), `${server.endpoint}/`);
  for (const reference of ["https://docs.slack.dev/a", "docs/operate/detection.md"]) {
    await target.send({ ...makeAlert("a"), reference });
  }
  await server.stop();
  expect(server.received.map(({ body }) => body.links)).toEqual([
    [{ href: "https://docs.slack.dev/a", text: "Reference" }],
    undefined,
  ]);
});

it("keeps alerts apart whose ids differ only at a far end", async () => {
  const server = await ScriptedServer.start(() => TAKEN);
  const target = new PagerDutyTarget(makeSender(), secretOf("key"), `${server.endpoint}/`);
  for (const end of ["a", "b"]) await target.send(makeAlert(`${"rule".repeat(100)}/${end}`));
  await server.stop();
  const [first, second] = server.received.map(({ body }) => body.dedup_key);
  expect(first).not.toBe(second);
});
