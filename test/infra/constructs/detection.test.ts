import { describe, expect, it } from "vitest";
import type { AuditLakeConfig } from "../../../infra/config/config.ts";
import { DETECT_METRICS, METRIC_NAMESPACE } from "../../../lib/stack/metrics.ts";
import { alarms } from "../alarms.ts";
import { grants } from "../grants.ts";
import { resource, synthesize } from "../synthesize.ts";

const KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
const FUNCTION = "AWS::Lambda::Function";

describe("Detection", () => {
  const { template } = synthesize({
    sources: [
      { name: "acme" },
      { name: "acme-gov", apiBase: "https://api.slack-gov.com/audit/v1/" },
      { name: "acme-old", enabled: false },
    ],
    detection: { rules: { "app-installed": "off" }, alertPeriod: "2h", ownAppIds: ["A1", "A2"] },
  });

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

  it("puts suppressions beside the function's code", () => {
    const suppression = {
      ...{ rule: "admin-granted", actor: "U1" },
      ...{ reason: "Our own bot", owner: "sec", expires: "2027-01-01" },
    };
    const code = (detection: object) =>
      resource(
        synthesize({ sources: [{ name: "acme" }], detection }).template,
        FUNCTION,
        "DetectionDetect",
      ).Properties.Code.S3Key;
    expect(code({ suppressions: [suppression] })).not.toBe(code({}));
  });

  it("refuses a folder of rules that is not there", () => {
    const detection = { ownRules: "/nowhere" };
    expect(() => synthesize({ detection })).toThrow(/^test: detection.ownRules: .*nowhere/);
  });

  it("forgets alerts by the table's time to live", () => {
    expect(resource(template, "AWS::DynamoDB::Table", "DetectionMemory").Properties).toMatchObject({
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it("lets the function read entries, remember and alert, and nothing else", () => {
    expect(grants(template, "DetectionDetectRole").map(({ Action }) => Action)).toEqual([
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      [
        "sqs:ReceiveMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueUrl",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
      ].toSorted(),
      "s3:GetObject",
      "s3:PutObject",
      ["kms:Decrypt", "kms:GenerateDataKey"],
      ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
      "sns:Publish",
      ["kms:Decrypt", "kms:GenerateDataKey"],
    ]);
  });

  it("keeps what is known of addresses where that is asked for", () => {
    const { template: keeping } = synthesize({
      sources: [{ name: "acme" }],
      detection: { addressTable: true, context: { countries: "included" } },
    });
    const write = grants(keeping, "DetectionDetectRole").find(
      ({ Sid }) => Sid === "WriteAddresses",
    );
    expect(write?.Action).toBe("s3:PutObject");
    expect(JSON.stringify(write?.Resource)).toMatch(/ArchiveResults.*address_context\/\*/);
    const { Variables } = resource(keeping, FUNCTION, "DetectionDetect").Properties.Environment;
    expect(Variables.ADDRESS_TABLE_BUCKET).toEqual({
      Ref: expect.stringMatching(/^ArchiveResults/),
    });
    const tables = Object.values(keeping.findResources("AWS::Glue::Table")).map(
      ({ Properties }) => Properties.TableInput.Name,
    );
    expect(tables).toEqual(expect.arrayContaining(["address_lines", "address_context"]));
    expect(JSON.stringify(template)).not.toContain("address_context");
  });

  it("keeps alerts in the archive's bucket, unless that has a policy of its own", () => {
    const keepsAlerts = (overrides: Partial<AuditLakeConfig>) => {
      const { template } = synthesize(overrides);
      const statement = grants(template, "DetectionDetectRole").find(
        ({ Sid }) => Sid === "KeepAlerts",
      );
      const { Variables } = resource(template, FUNCTION, "DetectionDetect").Properties.Environment;
      expect(statement !== undefined).toBe(Variables.ALERT_LOG === "on");
      return statement?.Condition;
    };
    expect(keepsAlerts({})).toEqual({ Null: { "s3:if-none-match": "false" } });
    const archive = { existingBucket: { name: "acme-evidence" } };
    expect(keepsAlerts({ archive })).toBeUndefined();
    expect(keepsAlerts({ archive, detection: { alertLog: true } })).toBeDefined();
  });

  it("may use the key of a topic that exists", () => {
    const { template } = synthesize({
      alerts: {
        existingTopic: { arn: "arn:aws:sns:eu-central-1:123456789012:alarms", kmsKeyArn: KEY_ARN },
      },
    });
    const statements = grants(template, "DetectionDetectRole");

    expect(statements.find(({ Sid }) => Sid === "UseKeyThroughsns")?.Resource).toBe(KEY_ARN);
  });

  it("is not there when it is turned off", () => {
    const { template } = synthesize({ detection: { enabled: false } });

    expect(
      Object.keys(template.toJSON().Resources).filter((id) => id.startsWith("Detection")),
    ).toEqual([]);
  });

  it.each([
    ["rule-failing", DETECT_METRICS.ruleFailures],
    ["unreadable-lines", DETECT_METRICS.unreadable],
  ])("watches the detection's own metric for %s", (article, metric) => {
    expect(alarms(template).get(`SlackAuditLake-detection-${article}`)).toMatchObject({
      Namespace: METRIC_NAMESPACE,
      MetricName: metric,
      Dimensions: [{ Name: "service", Value: "detect" }],
      Threshold: 1,
    });
  });
});
