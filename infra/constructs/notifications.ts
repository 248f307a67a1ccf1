import { Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import type { LakeConfig } from "../config/schema.ts";

export interface NotificationsProps {
  config: LakeConfig["alerts"];
  key: IKey;
}

/** Where people hear of the stack's alarms and of what the detection found. */
export class Notifications extends Construct {
  readonly topic: ITopic;
  /** The key that a publisher needs; absent when the topic that exists is not encrypted. */
  readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const { email, existingTopic } = props.config;
    if (existingTopic !== undefined) {
      const { arn, kmsKeyArn } = existingTopic;
      this.topic = Topic.fromTopicArn(this, "Topic", arn);
      this.key = kmsKeyArn === undefined ? undefined : Key.fromKeyArn(this, "TopicKey", kmsKeyArn);
      return;
    }
    const topic = new Topic(this, "Topic", {
      displayName: "Slack audit logs",
      masterKey: props.key,
      enforceSSL: true,
    });
    // A policy of the topic's own replaces the default one, which let alarms publish.
    const { account, region, partition } = Stack.of(this);
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
        },
      }),
    );
    this.topic = topic;
    this.key = props.key;
    for (const address of email) {
      topic.addSubscription(new EmailSubscription(address));
    }
  }
}
