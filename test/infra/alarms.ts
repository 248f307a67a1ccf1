/** The alarms of a stack, by their names, and their articles in the runbook. */
import { readFileSync } from "node:fs";
import type { Template } from "aws-cdk-lib/assertions";
import { expect } from "vitest";
import type { Resource } from "./synthesize.ts";

type Alarm = Resource["Properties"];

export function alarms(template: Template): Map<string, Alarm> {
  return new Map(
    Object.values(template.findResources("AWS::CloudWatch::Alarm")).map(({ Properties }) => [
      Properties.AlarmName,
      Properties,
    ]),
  );
}

/** The articles of the runbook by their anchors. */
export function articles(): Map<string, string> {
  const [, ...sections] = readFileSync("docs/runbook.md", "utf8").split(/^## /m);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf("\n");
      return [section.slice(0, end), section.slice(end)];
    }),
  );
}

/** The anchor of the article to which an alarm links. */
export function linkedArticle({ AlarmDescription }: Alarm): string {
  return /docs\/runbook\.md#([\w-]+)$/.exec(AlarmDescription)?.[1] ?? "no link";
}

/** What the alarm of a source on a state machine adds up. */
export function watchedExecutions(template: Template, article: string): object[] {
  const { Metrics } = alarms(template).get(`SlackAuditLake-acme-${article}`);
  return Metrics.flatMap(
    ({ MetricStat }: { MetricStat?: { Metric: object } }) => MetricStat?.Metric ?? [],
  );
}

/** @param machine - of the logical id */
export function failedOrTimedOut(machine: RegExp): object[] {
  return ["ExecutionsFailed", "ExecutionsTimedOut"].map((MetricName) => ({
    Namespace: "AWS/States",
    MetricName,
    Dimensions: [{ Name: "StateMachineArn", Value: { Ref: expect.stringMatching(machine) } }],
  }));
}
