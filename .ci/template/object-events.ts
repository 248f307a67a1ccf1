import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { ACCOUNT, REGION } from "../../test/fakes/local-account/deployment.ts";
import { callSqs, clientOptions } from "./aws-api.ts";
import type { DeployedStack } from "./deployed-stack.ts";

const POLLERS = 2;

interface Message {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
}

/** Of one of EventBridge's rules, as much as the stack's has. */
interface Pattern {
  source: string[];
  "detail-type": string[];
  detail: { bucket: { name: string[] }; object: { key: { prefix: string }[] } };
}

/**
 * The way of a new object to the detection, where moto has none: from S3 by EventBridge's rule to the
 * topic, and from the queue to the function. Between topic and queue it is moto's.
 */
export class ObjectEvents {
  readonly #stack: DeployedStack;
  readonly #pattern: Pattern;
  readonly #topicArn: string;
  readonly #mapping: { BatchSize: number; EventSourceArn: string; FunctionName: string };

  constructor(stack: DeployedStack) {
    const { deployment } = stack;
    const [, rule] = deployment.one("AWS::Events::Rule", "EventsObjectCreated");
    const [, mapping] = deployment.one("AWS::Lambda::EventSourceMapping", "DetectionDetect");
    this.#stack = stack;
    this.#pattern = rule.EventPattern;
    this.#topicArn = rule.Targets[0].Arn;
    this.#mapping = mapping;
  }

  /** As the rule does with an event for each object. @param prefix - of keys in the archive bucket */
  async publish(prefix = ""): Promise<void> {
    const { moto, archive, archiveBucket } = this.#stack;
    const sns = new SNSClient(clientOptions(moto.endpoint));
    for await (const { key, sizeBytes } of archive.list(prefix)) {
      const event = objectCreated(archiveBucket, key, sizeBytes);
      if (!matches(this.#pattern, event)) continue;
      const Message = JSON.stringify(event);
      await sns.send(new PublishCommand({ TopicArn: this.#topicArn, Message }));
    }
  }

  /** As Lambda takes them off the queue, some batches at a time. */
  async deliver(): Promise<void> {
    await Promise.all(Array.from({ length: POLLERS }, () => this.#poll()));
  }

  async #poll(): Promise<void> {
    const { deployment, moto, functions } = this.#stack;
    const { BatchSize, EventSourceArn, FunctionName } = this.#mapping;
    const [id = ""] = deployment.byRef("AWS::Lambda::Function", FunctionName) ?? [];
    const url = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${EventSourceArn.split(":").at(-1)}`;
    for await (const messages of receiveAll(moto.endpoint, url, BatchSize)) {
      const Records = messages.map(({ MessageId, Body }) => ({ messageId: MessageId, body: Body }));
      const outcome = await functions.invoke(id, { Records });
      if (JSON.stringify(outcome) !== '{"answer":{"batchItemFailures":[]}}') {
        throw new Error(`the detection failed: ${JSON.stringify(outcome)}`);
      }
    }
  }
}

/** Takes all messages off a queue, which are deleted once their batch is done with. */
export async function* receiveAll(
  endpoint: string,
  QueueUrl: string,
  MaxNumberOfMessages = 10,
): AsyncGenerator<Message[]> {
  for (;;) {
    const { Messages = [] } = await callSqs<{ Messages?: Message[] }>(endpoint, "ReceiveMessage", {
      ...{ QueueUrl, MaxNumberOfMessages },
    });
    if (Messages.length === 0) return;
    yield Messages;
    for (const { ReceiptHandle } of Messages) {
      await callSqs(endpoint, "DeleteMessage", { QueueUrl, ReceiptHandle });
    }
  }
}

function objectCreated(bucket: string, key: string, size: number) {
  return {
    ...{ version: "0", id: crypto.randomUUID(), "detail-type": "Object Created" },
    ...{ source: "aws.s3", account: ACCOUNT, region: REGION, time: new Date().toISOString() },
    resources: [`arn:aws:s3:::${bucket}`],
    detail: { version: "0", bucket: { name: bucket }, object: { key, size }, reason: "PutObject" },
  };
}

function matches(pattern: Pattern, event: ReturnType<typeof objectCreated>): boolean {
  const { bucket, object } = event.detail;
  return (
    pattern.source.includes(event.source) &&
    pattern["detail-type"].includes(event["detail-type"]) &&
    pattern.detail.bucket.name.includes(bucket.name) &&
    pattern.detail.object.key.some(({ prefix }) => object.key.startsWith(prefix))
  );
}
