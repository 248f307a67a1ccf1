import { describe, expect, it } from "vitest";
import { METRIC_NAMESPACE, SEAL_METRICS } from "../../../lib/stack/metrics.ts";
import { alarms, failedOrTimedOut, watchedExecutions } from "../alarms.ts";
import { grant, grants } from "../grants.ts";
import { resource, synthesize } from "../synthesize.ts";

describe("Sealing", () => {
  const { template } = synthesize({ closing: { sign: true, at: "04:30" } });

  it("starts once a day, at the time of the configuration", () => {
    const schedule = resource(template, "AWS::Scheduler::Schedule", "Closingacme").Properties;

    expect(schedule).toMatchObject({
      ScheduleExpression: "cron(30 4 * * ? *)",
      ScheduleExpressionTimezone: "Etc/UTC",
      State: "ENABLED",
      Target: {
        Arn: { Ref: expect.stringMatching(/^ClosingacmeClosing/) },
        Input: '{"source":"acme"}',
        RetryPolicy: { MaximumRetryAttempts: 3 },
        DeadLetterConfig: {
          Arn: { "Fn::GetAtt": [expect.stringMatching(/^IngestionDeadLetters/), "Arn"] },
        },
      },
    });
    const [start] = resource(template, "AWS::IAM::Role", "ClosingacmeScheduleRole").Properties
      .Policies[0].PolicyDocument.Statement;
    expect(start).toEqual({
      Effect: "Allow",
      Action: "states:StartExecution",
      Resource: { Ref: expect.stringMatching(/^ClosingacmeClosing/) },
    });
  });

  describe("grants the function of a source", () => {
    const ROLE = "ClosingacmeFunctionRole";

    it("signatures with the signing key, and nothing else of it", () => {
      expect(grant(template, ROLE, "SignManifests")).toMatchObject({
        Action: "kms:Sign",
        Resource: { "Fn::GetAtt": [expect.stringMatching(/^ClosingSigningKey/), "Arn"] },
      });
    });

    it("no signature where manifests are not signed", () => {
      const { template } = synthesize();

      expect(grants(template, ROLE).some(({ Sid }) => Sid === "SignManifests")).toBe(false);
      expect(JSON.stringify(template)).not.toContain("ECC_NIST_P256");
    });
  });

  it("makes a signing key that cannot leave KMS and outlives the stack", () => {
    const key = resource(template, "AWS::KMS::Key", "ClosingSigningKey");

    expect(key.DeletionPolicy).toBe("Retain");
    expect(key.Properties).toMatchObject({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    expect(template.findOutputs("SigningKey")).toHaveProperty("SigningKey");
  });

  it("hands the function what it is configured by", () => {
    const { template } = synthesize({
      sources: [{ name: "acme", allowedLateness: "1h" }],
      closing: { delay: "3h" },
    });

    expect(
      resource(template, "AWS::Lambda::Function", "ClosingacmeFunction").Properties.Environment
        .Variables,
    ).toMatchObject({
      SOURCE: "acme",
      ALLOWED_LATENESS_SECONDS: "3600",
      CLOSE_DELAY_SECONDS: "10800",
    });
  });

  it("is not there when it is turned off", () => {
    const { template } = synthesize({ closing: { enabled: false } });
    const machines = Object.keys(template.findResources("AWS::StepFunctions::StateMachine"));

    expect(machines).toEqual([expect.stringMatching(/^Backfillacme/)]);
  });

  it.each([
    ["day-not-reconciled", SEAL_METRICS.unreconciled, { Statistic: "Sum", EvaluationPeriods: 1 }],
    ["late-found", SEAL_METRICS.lateFound, { Statistic: "Sum", EvaluationPeriods: 1 }],
    ["days-unsealed", SEAL_METRICS.unsealedDays, { Statistic: "Minimum", EvaluationPeriods: 2 }],
  ])("watches the close's own metric for %s", (article, metric, properties) => {
    expect(alarms(template).get(`SlackAuditLake-acme-${article}`)).toMatchObject({
      Namespace: METRIC_NAMESPACE,
      MetricName: metric,
      Dimensions: [
        { Name: "service", Value: "close-day" },
        { Name: "source", Value: "acme" },
      ],
      Period: 86_400,
      Threshold: 1,
      ...properties,
    });
  });

  it("goes off when entries are not what was stored, or not what Slack lists", () => {
    const { Metrics } = alarms(template).get("SlackAuditLake-acme-evidence-altered");
    expect(
      Metrics.flatMap(
        ({ MetricStat }: { MetricStat?: { Metric: { MetricName: string } } }) =>
          MetricStat?.Metric.MetricName ?? [],
      ),
    ).toEqual([SEAL_METRICS.differing, SEAL_METRICS.altered]);
  });

  it("goes off when an execution fails or runs out of time", () => {
    expect(watchedExecutions(template, "closing-failing")).toEqual(
      failedOrTimedOut(/^ClosingacmeClosing/),
    );
  });
});
