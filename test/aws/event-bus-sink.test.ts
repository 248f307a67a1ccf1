import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, expect, it } from "vitest";
import { EventBusSink } from "../../lib/aws/event-bus-sink.ts";
import { toNotification } from "../../lib/detect/alert-notification.ts";
import { makeAlert } from "../detect/make-alert.ts";

const events = mockClient(EventBridgeClient);
afterAll(() => events.restore());

const sink = new EventBusSink(new EventBridgeClient({}), "arn:bus");
const notification = toNotification(makeAlert("a"));

it("puts the alert on the bus", async () => {
  events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: "1" }] });
  await sink.publish(notification);
  const [entry] = events.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries ?? [];
  expect(entry).toMatchObject({
    EventBusName: "arn:bus",
    Source: "slack-audit-lake",
    DetailType: "alert",
  });
  expect(JSON.parse(entry?.Detail ?? "")).toEqual(notification.data);
});

it("takes an answer for a failure that names an error, whatever its status", async () => {
  events.on(PutEventsCommand).resolves({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: "ThrottlingException", ErrorMessage: "slow down" }],
  });
  await expect(sink.publish(notification)).rejects.toThrow("ThrottlingException");
});
