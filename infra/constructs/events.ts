import { Rule } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { PREFIXES } from "../../lib/archive/object-key.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { Monitoring } from "./monitoring.ts";

export interface EventsProps {
  bucket: IBucket;
  key: IKey;
  monitoring: Monitoring;
}

/**
 * Tells the world of each new object: S3 → EventBridge → SNS, the event as S3
 * wrote it. Objects are never rewritten, so each gives one event, which is
 * delivered at least once.
 */
export class Events extends Construct {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, props: EventsProps) {
    super(scope, id);
    const topic = new Topic(this, "Topic", {
      displayName: "New objects of Slack audit logs",
      masterKey: props.key,
      enforceSSL: true,
    });
    const deadLetters = new DeadLetterQueue(this, "DeadLetters", {
      subject: "events",
      monitoring: props.monitoring,
    });

    const rule = new Rule(this, "ObjectCreated", {
      description: "New objects of Slack audit logs",
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: {
          bucket: { name: [props.bucket.bucketName] },
          object: { key: [{ prefix: PREFIXES.auditLogs }] },
        },
      },
    });
    // AWS supports no condition on the rule in a topic's policy: a forged event
    // can at most name an object of this archive, so consumers read the object.
    rule.addTarget(new SnsTopic(topic, { deadLetterQueue: deadLetters }));
    this.topic = topic;
  }
}
