import { describe, expect, it } from "vitest";
import { type Resource, resource, synthesize } from "../synthesize.ts";

const KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
const FUNCTION = "AWS::Lambda::Function";

type Statement = {
  Sid?: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
};

describe("Detection", () => {
  const { template } = synthesize({
    sources: [
      { name: "acme" },
      { name: "acme-gov", apiBase: "https://api.slack-gov.com/audit/v1/" },
      { name: "acme-old", enabled: false },
    ],
    detection: { rules: { "app-installed": "off" }, alertPeriod: "2h", ownAppIds: ["A1", "A2"] },
  });

  function grants(role: string): Statement[] {
    return resource(template, "AWS::IAM::Policy", `Detection${role}RoleDefaultPolicy`).Properties
      .PolicyDocument.Statement;
  }

  it("gets each event as S3 wrote it, through a queue of its own", () => {
    expect(
      resource(template, "AWS::SNS::Subscription", "DetectionNewObjects").Properties,
    ).toMatchObject({
      Protocol: "sqs",
      RawMessageDelivery: true,
      TopicArn: { Ref: expect.stringMatching(/^EventsTopic/) },
      Endpoint: { "Fn::GetAtt": [expect.stringMatching(/^DetectionNewObjects/), "Arn"] },
      RedrivePolicy: {
        deadLetterTargetArn: {
          "Fn::GetAtt": [expect.stringMatching(/^DetectionDeadLetters/), "Arn"],
        },
      },
    });
  });

  it("retries single messages and gives one up after five times", () => {
    const { Timeout } = resource(template, FUNCTION, "DetectionDetect").Properties;

    expect(resource(template, "AWS::SQS::Queue", "DetectionNewObjects").Properties).toMatchObject({
      VisibilityTimeout: 6 * Timeout,
      RedrivePolicy: { maxReceiveCount: 5 },
      SqsManagedSseEnabled: true,
    });
    expect(
      resource(template, "AWS::Lambda::EventSourceMapping", "DetectionDetect").Properties,
    ).toMatchObject({ FunctionResponseTypes: ["ReportBatchItemFailures"] });
  });

  it("hands the function its configuration", () => {
    expect(
      resource(template, FUNCTION, "DetectionDetect").Properties.Environment.Variables,
    ).toMatchObject({
      ARCHIVE_BUCKET: { Ref: expect.stringMatching(/^ArchiveBucket/) },
      DETECTION_TABLE: { Ref: expect.stringMatching(/^DetectionMemory/) },
      ALERT_TOPIC_ARN: { Ref: expect.stringMatching(/^NotificationsTopic/) },
      DETECTION_RULES: '{"app-installed":"off"}',
      OWN_APP_IDS: "A1,A2",
      OWN_INSTALLER_IDS: "",
      ALERT_PERIOD_SECONDS: "7200",
      MAX_ENTRY_AGE_DAYS: "14",
    });
  });

  it("forgets alerts by the table's time to live", () => {
    expect(resource(template, "AWS::DynamoDB::Table", "DetectionMemory").Properties).toMatchObject({
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it("lets the function read entries, remember and alert, and nothing else", () => {
    expect(grants("Detect").map(({ Action }) => Action)).toEqual([
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      [
        "sqs:ReceiveMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueUrl",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
      ].toSorted(),
      "s3:GetObject",
      "kms:Decrypt",
      ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
      "sns:Publish",
      ["kms:Decrypt", "kms:GenerateDataKey"],
    ]);
  });

  it("looks at Slack's schemas once a day for each source that runs, without a token", () => {
    const schedules = Object.entries(template.findResources("AWS::Scheduler::Schedule"))
      .filter(([id]) => id.startsWith("DetectionDrift"))
      .map(([, { Properties }]) => Properties as Resource["Properties"]);

    expect(schedules.map(({ Target }) => JSON.parse(Target.Input))).toEqual([
      { source: "acme", apiBase: "https://api.slack.com/audit/v1/" },
      { source: "acme-gov", apiBase: "https://api.slack-gov.com/audit/v1/" },
    ]);
    expect(schedules.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual([
      "rate(1 day)",
      "rate(1 day)",
    ]);
    expect(JSON.stringify(grants("Drift"))).not.toMatch(/secretsmanager|s3:/);
  });

  it("may use the key of a topic that exists", () => {
    const { template } = synthesize({
      alerts: {
        existingTopic: { arn: "arn:aws:sns:eu-central-1:123456789012:alarms", kmsKeyArn: KEY_ARN },
      },
    });
    const statements: Statement[] = resource(
      template,
      "AWS::IAM::Policy",
      "DetectionDetectRoleDefaultPolicy",
    ).Properties.PolicyDocument.Statement;

    expect(statements.find(({ Sid }) => Sid === "UseKeyThroughsns")?.Resource).toBe(KEY_ARN);
  });

  it("is not there when it is turned off", () => {
    const { template } = synthesize({ detection: { enabled: false } });

    expect(
      Object.keys(template.toJSON().Resources).filter((id) => id.startsWith("Detection")),
    ).toEqual([]);
  });
});
