import { describe, expect, it } from "vitest";
import type { AuditLakeConfig } from "../../../infra/config/config.ts";
import { DELIVERY_MS, retryDelaySeconds } from "../../../lib/notify/deliver-alert.ts";
import { alarms } from "../alarms.ts";
import { grant, grants } from "../grants.ts";
import { resource, synthesize } from "../synthesize.ts";

const BUS_ARN = "arn:aws:events:eu-central-1:111122223333:event-bus/security";
const TOPIC_ARN = "arn:aws:sns:eu-central-1:111122223333:tickets";
const KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
const SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:siem-AbCdEf";

const CONFIG = {
  detection: {
    targets: {
      soc: { type: "slack", secret: "audit-lake/soc" },
      siem: { type: "webhook", secret: SECRET_ARN, url: "https://siem.example.com/in" },
      bus: { type: "eventbridge", busArn: BUS_ARN },
      topic: { type: "sns", topicArn: TOPIC_ARN, kmsKeyArn: KEY_ARN },
    },
    routes: [
      { severity: "high", targets: ["soc", "siem"] },
      { targets: ["bus", "topic"] },
      { rules: ["app-installed"], targets: ["soc"] },
    ],
  },
} satisfies Partial<AuditLakeConfig>;

const FUNCTION = "AWS::Lambda::Function";
const QUEUE = "AWS::SQS::Queue";

describe("Routing", () => {
  const { template } = synthesize(CONFIG);

  it("gives each target a queue that gets alerts only, as the topic has them", () => {
    const { Properties } = resource(
      template,
      "AWS::SNS::Subscription",
      "DetectionRoutingsocAlerts",
    );
    expect(Properties).toMatchObject({
      Protocol: "sqs",
      RawMessageDelivery: true,
      FilterPolicy: { type: ["alert"] },
      TopicArn: { Ref: expect.stringMatching(/^NotificationsTopic/) },
      RedrivePolicy: {
        deadLetterTargetArn: {
          "Fn::GetAtt": [expect.stringMatching(/^DetectionRoutingsocDeadLetters/), "Arn"],
        },
      },
    });
    expect(Object.keys(template.findResources("AWS::SNS::Subscription"))).toHaveLength(5);
  });

  it("has a queue deliver a message again no sooner than its claim expires", () => {
    const { Timeout } = resource(template, FUNCTION, "DetectionRoutingsocNotify").Properties;
    const queue = resource(template, QUEUE, "DetectionRoutingsocAlerts").Properties;
    expect(queue).toMatchObject({
      VisibilityTimeout: 6 * Timeout,
      RedrivePolicy: { maxReceiveCount: 14 },
      SqsManagedSseEnabled: true,
    });
    expect(Timeout * 1000).toBeGreaterThanOrEqual(DELIVERY_MS);
    expect(retryDelaySeconds(1, undefined, 0)).toBeGreaterThanOrEqual(Timeout);
    expect(
      resource(template, "AWS::Lambda::EventSourceMapping", "DetectionRoutingsocNotify").Properties,
    ).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });

  it("tells each function of its own target and routes only, and of no secret", () => {
    const { Variables } = resource(template, FUNCTION, "DetectionRoutingsocNotify").Properties
      .Environment;
    expect(Variables).toMatchObject({
      TARGET_NAME: "soc",
      TARGET: '{"type":"slack","secret":"audit-lake/soc"}',
      ROUTES:
        '[{"severity":"high","targets":["soc"]},{"rules":["app-installed"],"targets":["soc"]}]',
    });
  });

  it.each([
    ["Slack", "soc", ["secretsmanager:GetSecretValue", "kms:Decrypt"]],
    ["a bus", "bus", ["events:PutEvents"]],
    ["a topic", "topic", ["sns:Publish", ["kms:Decrypt", "kms:GenerateDataKey"]]],
  ])(
    "lets the function of %s remember, put aside and send, and nothing else",
    (_what, name, own) => {
      const actions = grants(template, `DetectionRouting${name}NotifyRole`).map(
        ({ Action }) => Action,
      );
      expect(actions.slice(2)).toEqual([
        ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        "sqs:SendMessage",
        ...own,
      ]);
    },
  );

  it("lets a function read its own secret, whether its name or its ARN is known", () => {
    const byName = grant(template, "DetectionRoutingsocNotifyRole", "ReadSecret").Resource;
    expect(JSON.stringify(byName)).toContain(":secret:audit-lake/soc-??????");
    expect(grant(template, "DetectionRoutingsiemNotifyRole", "ReadSecret").Resource).toBe(
      SECRET_ARN,
    );
  });

  it("raises an alarm for a target that fails, and for what waits in its dead letters", () => {
    const names = [...alarms(template).keys()];
    expect(names).toContain("SlackAuditLake-target-soc-dead-letters");
    expect(alarms(template).get("SlackAuditLake-target-soc-target-failing")).toMatchObject({
      MetricName: "DeliveriesFailed",
      Dimensions: [
        { Name: "service", Value: "notify" },
        { Name: "target", Value: "soc" },
      ],
      Threshold: 3,
      Period: 1800,
    });
  });

  it("adds 13 resources a target", () => {
    const ids = Object.keys(template.toJSON().Resources);
    const added = ids.filter((id) => /^(?:DetectionRouting|Monitoringtarget)siem/.test(id));
    expect(added).toHaveLength(13);
  });
});
