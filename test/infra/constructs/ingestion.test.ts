import { describe, expect, it } from "vitest";
import {
  INGEST_METRICS,
  METRIC_NAMESPACE,
  TOKEN_REFRESH_FAILED_METRIC,
} from "../../../lib/stack/metrics.ts";
import { alarms } from "../alarms.ts";
import { grant, grants } from "../grants.ts";
import { type Resource, resource, synthesize } from "../synthesize.ts";

const FUNCTION = "AWS::Lambda::Function";
const SCHEDULE = "AWS::Scheduler::Schedule";

const FUNCTION_ROLE = "IngestionacmeFunctionRole";

describe("Ingestion", () => {
  const { template } = synthesize({
    sources: [{ name: "acme" }, { name: "other" }],
    detection: { enabled: false },
    closing: { enabled: false },
  });

  it("gives each source one schedule, whose input is the source", () => {
    const schedules = Object.values(template.findResources(SCHEDULE)) as Resource[];

    expect(schedules.map(({ Properties }) => JSON.parse(Properties.Target.Input))).toEqual([
      { source: "acme" },
      { source: "other" },
    ]);
  });

  it("retries a start until the next one is due, then keeps it in a dead-letter queue", () => {
    expect(resource(template, SCHEDULE, "Ingestionacme").Properties).toMatchObject({
      ScheduleExpression: "rate(5 minutes)",
      FlexibleTimeWindow: { Mode: "OFF" },
      State: "ENABLED",
      Target: {
        RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 3 },
        DeadLetterConfig: {
          Arn: { "Fn::GetAtt": [expect.stringMatching(/^IngestionDeadLetters/), "Arn"] },
        },
      },
    });
  });

  it("lets the scheduler start the one function and use the dead-letter queue", () => {
    const role = resource(template, "AWS::IAM::Role", "IngestionacmeScheduleRole").Properties;

    expect(role.Policies[0].PolicyDocument.Statement).toEqual([
      {
        Effect: "Allow",
        Action: "lambda:InvokeFunction",
        Resource: { "Fn::GetAtt": [expect.stringMatching(/^IngestionacmeFunction/), "Arn"] },
      },
      {
        Effect: "Allow",
        Action: "sqs:SendMessage",
        Resource: { "Fn::GetAtt": [expect.stringMatching(/^IngestionDeadLetters/), "Arn"] },
      },
    ]);
    expect(role.AssumeRolePolicyDocument.Statement[0].Condition.StringEquals).toHaveProperty(
      "aws:SourceArn",
    );
  });

  it("runs Node 24 on arm64 with five minutes and 512 MB, and does not try twice", () => {
    expect(resource(template, FUNCTION, "Ingestionacme").Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Timeout: 300,
      MemorySize: 512,
      LoggingConfig: { LogFormat: "JSON" },
      Environment: {
        Variables: { NODE_OPTIONS: "--enable-source-maps" },
      },
    });
    expect(
      resource(template, "AWS::Lambda::EventInvokeConfig", "Ingestionacme").Properties,
    ).toMatchObject({ MaximumRetryAttempts: 0 });
  });

  it("keeps checkpoints by source, with point-in-time recovery, safe from deletion", () => {
    const table = resource(template, "AWS::DynamoDB::Table", "IngestionCheckpoints");

    expect(table.DeletionPolicy).toBe("Retain");
    expect(table.Properties).toMatchObject({
      KeySchema: [{ AttributeName: "source", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "source", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  it("makes a secret without a token, under the key, that outlives the stack", () => {
    const secret = resource(template, "AWS::SecretsManager::Secret", "Ingestionacme");

    expect(secret.DeletionPolicy).toBe("Retain");
    expect(secret.Properties).toMatchObject({
      KmsKeyId: { "Fn::GetAtt": [expect.stringMatching(/^EncryptionKey/), "Arn"] },
    });
  });

  it("gives the secret no value, which a later change could put in the token's place", () => {
    const { Properties } = resource(template, "AWS::SecretsManager::Secret", "Ingestionacme");

    expect(Object.keys(Properties).sort()).toEqual(["Description", "KmsKeyId"]);
  });

  describe("grants the function of a source", () => {
    it("nothing but what a run does", () => {
      expect(
        grants(template, FUNCTION_ROLE).map(({ Effect, Action }) => [Effect, Action].flat()),
      ).toEqual([
        ["Allow", "logs:CreateLogStream", "logs:PutLogEvents"],
        ["Allow", "s3:PutObject"],
        ["Allow", "s3:GetObject"],
        ["Allow", "s3:ListBucket"],
        ["Allow", "kms:Decrypt", "kms:GenerateDataKey"],
        ["Allow", "secretsmanager:GetSecretValue"],
        ["Allow", "kms:Decrypt"],
        ["Allow", "dynamodb:GetItem", "dynamodb:UpdateItem"],
      ]);
    });

    it("the right to refresh its token, and an alarm for it, only where tokens rotate", () => {
      const { template } = synthesize({ sources: [{ name: "acme", tokenRotation: true }] });
      const secret = { Ref: expect.stringMatching(/^IngestionacmeToken/) };

      expect(grant(template, FUNCTION_ROLE, "RefreshOwnToken")).toMatchObject({
        Action: ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"],
        Resource: secret,
      });
      expect(alarms(template).get("SlackAuditLake-acme-token-not-refreshed")).toMatchObject({
        ...{ Period: 3600, Threshold: 3, MetricName: TOKEN_REFRESH_FAILED_METRIC },
        Dimensions: expect.arrayContaining([{ Name: "source", Value: "acme" }]),
      });
    });

    it("the key through S3 and Secrets Manager only", () => {
      const services = ["UseKeyThroughs3", "UseKeyThroughsecretsmanager"].map((sid) =>
        JSON.stringify(grant(template, FUNCTION_ROLE, sid).Condition),
      );

      expect(services).toEqual([
        expect.stringContaining('"kms:ViaService":{"Fn::Join":["",["s3."'),
        expect.stringContaining('"kms:ViaService":{"Fn::Join":["",["secretsmanager."'),
      ]);
    });

    it("the key of a bucket that exists", () => {
      const keyArn =
        "arn:aws:kms:eu-central-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
      const { template } = synthesize({
        archive: { existingBucket: { name: "evidence", kmsKeyArn: keyArn } },
      });

      expect(grant(template, FUNCTION_ROLE, "UseKeyThroughs3").Resource).toBe(keyArn);
    });
  });

  it("hands the function what it is configured by", () => {
    const { template } = synthesize({
      sources: [
        {
          name: "acme",
          apiBase: "https://api.slack-gov.com/audit/v1/",
          firstStart: "2026-02-01T00:00:00Z",
          settleDelay: "2m",
          allowedLateness: "1h",
        },
      ],
    });

    expect(
      resource(template, FUNCTION, "Ingestionacme").Properties.Environment.Variables,
    ).toMatchObject({
      SOURCE: "acme",
      ARCHIVE_BUCKET: { Ref: expect.stringMatching(/^ArchiveBucket/) },
      CHECKPOINT_TABLE: { Ref: expect.stringMatching(/^IngestionCheckpoints/) },
      TOKEN_SECRET_ID: { Ref: expect.stringMatching(/^IngestionacmeToken/) },
      SLACK_API_BASE: "https://api.slack-gov.com/audit/v1/",
      FIRST_START: "2026-02-01T00:00:00Z",
      SETTLE_DELAY_SECONDS: "120",
      ALLOWED_LATENESS_SECONDS: "3600",
    });
  });

  it("keeps everything of a source that does not run, except the schedule", () => {
    const { template } = synthesize({
      sources: [{ name: "acme", enabled: false }],
      detection: { enabled: false },
    });

    template.resourceCountIs(SCHEDULE, 0);
    template.resourceCountIs("AWS::SecretsManager::Secret", 1);
    template.resourceCountIs(FUNCTION, 1);
  });
});

describe("the alarms of Ingestion", () => {
  const byName = alarms(synthesize().template);

  it.each([
    ["ingestion-lag", INGEST_METRICS.lagSeconds, { Threshold: 1800, Statistic: "Maximum" }],
    ["token-missing", INGEST_METRICS.tokenMissing, { Threshold: 1, EvaluationPeriods: 1 }],
    ["token-refused", INGEST_METRICS.tokenRefused, { Threshold: 1, EvaluationPeriods: 1 }],
    ["quarantined-entries", INGEST_METRICS.quarantined, { Threshold: 1, EvaluationPeriods: 1 }],
    ["throttled", INGEST_METRICS.throttled, { Threshold: 1, EvaluationPeriods: 6 }],
  ])("watches the run's own metric for %s", (article, metric, properties) => {
    expect(byName.get(`SlackAuditLake-acme-${article}`)).toMatchObject({
      Namespace: METRIC_NAMESPACE,
      MetricName: metric,
      Dimensions: [
        { Name: "service", Value: "ingest" },
        { Name: "source", Value: "acme" },
      ],
      Period: 300,
      ...properties,
    });
  });

  it("takes three intervals without a run, or without any data, for a stopped schedule", () => {
    expect(byName.get("SlackAuditLake-acme-no-runs")).toMatchObject({
      MetricName: "Invocations",
      Period: 300,
      EvaluationPeriods: 3,
      ComparisonOperator: "LessThanOrEqualToThreshold",
      Threshold: 0,
      TreatMissingData: "breaching",
    });
  });

  describe("watches for silence", () => {
    const CASES = [
      ["5m", "1d", 3600, 24],
      ["5m", "7d", 3600, 168],
      ["90m", "3h", 7200, 1],
      ["1d", "7d", 86_400, 7],
      ["90m", "2h", 7200, 1],
    ] as const;
    const { template } = synthesize({
      sources: [
        ...CASES.map(([schedule, silence], i) => ({
          name: `case-${i}`,
          schedule,
          alarms: { lag: "2d", silence } as const,
        })),
        { name: "quiet", alarms: { silence: "off" } },
      ],
    });
    const byName = alarms(template);

    it.each(CASES.map((values, i) => [...values, i] as const))(
      "with a run every %s, %s of silence are periods of %s s, %s of them",
      (_schedule, _silence, seconds, count, i) => {
        expect(byName.get(`SlackAuditLake-case-${i}-silence`)).toMatchObject({
          Period: seconds,
          EvaluationPeriods: count,
        });
        // CloudWatch refuses to look further back.
        expect(seconds * count).toBeLessThanOrEqual(7 * 86_400);
      },
    );

    it("but not where it is normal", () => {
      expect(byName.has("SlackAuditLake-quiet-runs-failing")).toBe(true);
      expect(byName.has("SlackAuditLake-quiet-silence")).toBe(false);
    });
  });
});
