import { describe, expect, it } from "vitest";
import { alarms } from "../alarms.ts";
import { grants } from "../grants.ts";
import { type Resource, resource, synthesize } from "../synthesize.ts";

describe("the schema watch", () => {
  const { template } = synthesize({
    sources: [
      { name: "acme" },
      { name: "acme-gov", apiBase: "https://api.slack-gov.com/audit/v1/" },
      { name: "acme-old", enabled: false },
    ],
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
    expect(JSON.stringify(grants(template, "DetectionDriftRole"))).not.toMatch(
      /secretsmanager|s3:/,
    );
  });

  it("is told where it remembers and reports, in the words of its environment", () => {
    expect(
      resource(template, "AWS::Lambda::Function", "DetectionDrift").Properties.Environment
        .Variables,
    ).toMatchObject({
      DETECTION_TABLE: { Ref: expect.stringMatching(/^DetectionMemory/) },
      ALERT_TOPIC_ARN: { Ref: expect.stringMatching(/^NotificationsTopic/) },
    });
  });

  it("alarms when a look failed", () => {
    expect(alarms(template).get("SlackAuditLake-detection-schema-check-failing")).toMatchObject({
      Namespace: "AWS/Lambda",
      MetricName: "Errors",
      Dimensions: [
        { Name: "FunctionName", Value: { Ref: expect.stringMatching(/^DetectionDrift/) } },
      ],
      Threshold: 1,
    });
  });
});
