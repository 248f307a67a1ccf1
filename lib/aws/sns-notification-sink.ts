import { type MessageAttributeValue, PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Notification, NotificationSink } from "../detect/ports.ts";

/** SNS's own limit, in characters. */
const MAX_SUBJECT_LENGTH = 100;

/**
 * Notifications as messages of an SNS topic: e-mail subscribers get the text,
 * all others the data as JSON.
 */
export class SnsNotificationSink implements NotificationSink {
  readonly #client: SNSClient;
  readonly #topicArn: string;

  constructor(client: SNSClient, topicArn: string) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  async publish({ subject, text, data, attributes }: Notification): Promise<void> {
    await this.#client.send(
      new PublishCommand({
        TopicArn: this.#topicArn,
        Subject: toSubject(subject),
        MessageStructure: "json",
        Message: JSON.stringify({ default: JSON.stringify(data), email: text }),
        MessageAttributes: toAttributes(attributes),
      }),
    );
  }
}

/** What SNS accepts as a subject: printable ASCII without line breaks, at most 100 characters. */
function toSubject(text: string): string {
  const ascii = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/\s+/g, " ")
    .replace(/[^ -~]/gu, "?")
    .trim();
  return ascii.length <= MAX_SUBJECT_LENGTH
    ? ascii
    : `${ascii.slice(0, MAX_SUBJECT_LENGTH - 3)}...`;
}

/** SNS refuses empty values, so an attribute without a value is left out. */
function toAttributes(
  attributes: Notification["attributes"],
): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => {
      if (value.length === 0) {
        return [];
      }
      return typeof value === "string"
        ? [[name, { DataType: "String", StringValue: value }]]
        : [[name, { DataType: "String.Array", StringValue: JSON.stringify(value) }]];
    }),
  );
}
