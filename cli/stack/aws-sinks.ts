import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SNSClient } from "@aws-sdk/client-sns";
import { CLIENT_OPTIONS } from "../../lib/aws/client-options.ts";
import { EventBusSink } from "../../lib/aws/event-bus-sink.ts";
import { SnsNotificationSink } from "../../lib/aws/sns-notification-sink.ts";
import type { NotificationSink } from "../../lib/detect/ports.ts";
import type { SinkSettings } from "../../lib/notify/make-target.ts";

/** Of targets on AWS, with the credentials of the shell. */
export function makeAwsSink(settings: SinkSettings): NotificationSink {
  const options = (arn: string) => ({ ...CLIENT_OPTIONS, region: arn.split(":")[3] ?? "" });
  return settings.type === "sns"
    ? new SnsNotificationSink(new SNSClient(options(settings.topicArn)), settings.topicArn)
    : new EventBusSink(new EventBridgeClient(options(settings.busArn)), settings.busArn);
}
