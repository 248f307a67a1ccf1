import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  BACKFILL_METRICS,
  COLUMNS_METRICS,
  DETECT_METRICS,
  INGEST_METRICS,
  LATENESS_METRIC,
  METRIC_NAMESPACE,
  SEAL_METRICS,
} from "../../../lib/stack/metrics.ts";
import { type Resource, synthesize } from "../synthesize.ts";

const ALARM = "AWS::CloudWatch::Alarm";

function alarms(
  template: ReturnType<typeof synthesize>["template"],
): Map<string, Resource["Properties"]> {
  return new Map(
    Object.values(template.findResources(ALARM)).map(({ Properties }) => [
      Properties.AlarmName,
      Properties,
    ]),
  );
}

/** The articles of the runbook by their anchors. */
function articles(): Map<string, string> {
  const [, ...sections] = readFileSync("docs/runbook.md", "utf8").split(/^## /m);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf("\n");
      return [section.slice(0, end), section.slice(end)];
    }),
  );
}

function linkedArticle({ AlarmDescription }: Resource["Properties"]): string {
  return /docs\/runbook\.md#([\w-]+)$/.exec(AlarmDescription)?.[1] ?? "no link";
}

describe("Monitoring", () => {
  const { template } = synthesize();
  const byName = alarms(template);

  it("links every alarm to an article, and has an alarm for every article", () => {
    const linked = new Set([...byName.values()].map(linkedArticle));

    expect([...linked].toSorted()).toEqual([...articles().keys()].toSorted());
  });

  it.each([...articles()])(
    "says of %s what it is, how to find the cause and what to do",
    (_name, article) => {
      expect(article).toMatch(
        /\*\*Description\.\*\*[\s\S]+\*\*Investigation\.\*\*[\s\S]+\*\*Resolution\.\*\*/,
      );
    },
  );

  it("tells the topic when an alarm goes off and when it is over", () => {
    const topic = [{ Ref: expect.stringMatching(/^NotificationsTopic/) }];

    for (const alarm of byName.values()) {
      expect(alarm).toMatchObject({ AlarmActions: topic, OKActions: topic });
    }
  });

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

  it.each([
    ["rule-failing", DETECT_METRICS.ruleFailures],
    ["unreadable-lines", DETECT_METRICS.unreadable],
  ])("watches the detection's own metric for %s", (article, metric) => {
    expect(byName.get(`SlackAuditLake-detection-${article}`)).toMatchObject({
      Namespace: METRIC_NAMESPACE,
      MetricName: metric,
      Dimensions: [{ Name: "service", Value: "detect" }],
      Threshold: 1,
    });
  });

  it.each([
    ["day-not-reconciled", SEAL_METRICS.unreconciled, { Statistic: "Sum", EvaluationPeriods: 1 }],
    ["late-found", SEAL_METRICS.lateFound, { Statistic: "Sum", EvaluationPeriods: 1 }],
    ["days-unsealed", SEAL_METRICS.unsealedDays, { Statistic: "Minimum", EvaluationPeriods: 2 }],
  ])("watches the close's own metric for %s", (article, metric, properties) => {
    expect(byName.get(`SlackAuditLake-acme-${article}`)).toMatchObject({
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

  it("watches what compaction counts, where there is one", () => {
    expect(byName.get("SlackAuditLake-acme-day-not-compacted")).toMatchObject({
      MetricName: COLUMNS_METRICS.notWritten,
      Dimensions: [
        { Name: "service", Value: "compact" },
        { Name: "source", Value: "acme" },
      ],
      Threshold: 1,
    });
    const { template } = synthesize({ closing: { compact: false } });
    expect(alarms(template).has("SlackAuditLake-acme-day-not-compacted")).toBe(false);
  });

  it.each([
    ["closing-failing", /^ClosingacmeClosing/],
    ["backfill-failing", /^BackfillacmeBackfill/],
  ])("goes off for %s when an execution fails or runs out of time", (article, machine) => {
    const { Metrics } = byName.get(`SlackAuditLake-acme-${article}`);
    const watched = Metrics.flatMap(
      ({ MetricStat }: { MetricStat?: { Metric: object } }) => MetricStat?.Metric ?? [],
    );

    expect(watched).toEqual(
      ["ExecutionsFailed", "ExecutionsTimedOut"].map((MetricName) => ({
        Namespace: "AWS/States",
        MetricName,
        Dimensions: [{ Name: "StateMachineArn", Value: { Ref: expect.stringMatching(machine) } }],
      })),
    );
  });

  it("has an alarm for each dead-letter queue", () => {
    const queues = Object.keys(template.findResources("AWS::SQS::Queue")).filter((id) =>
      id.includes("DeadLetters"),
    );
    const watched = [...byName.values()].filter((alarm) => linkedArticle(alarm) === "dead-letters");

    expect(watched).toHaveLength(queues.length);
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

  it.each([
    ["5m", "1d", 3600, 24],
    ["5m", "7d", 3600, 168],
    ["90m", "3h", 7200, 1],
    ["1d", "7d", 86_400, 7],
    ["90m", "2h", 7200, 1],
  ] as const)(
    "with a run every %s takes %s of silence for periods of %s s, %s of them",
    (schedule, silence, seconds, count) => {
      const { template } = synthesize({
        sources: [{ name: "acme", schedule, alarms: { lag: "2d", silence } }],
      });
      const alarm = alarms(template).get("SlackAuditLake-acme-silence");

      expect(alarm).toMatchObject({ Period: seconds, EvaluationPeriods: count });
      // CloudWatch refuses to look further back.
      expect(seconds * count).toBeLessThanOrEqual(7 * 86_400);
    },
  );

  it("does not watch for silence where it is normal", () => {
    const { template } = synthesize({ sources: [{ name: "acme", alarms: { silence: "off" } }] });

    expect(alarms(template).has("SlackAuditLake-acme-silence")).toBe(false);
  });

  it("has alarms for each source that runs, and none for one that does not", () => {
    const { template } = synthesize({
      sources: [{ name: "acme" }, { name: "acme-gov" }, { name: "acme-old", enabled: false }],
    });
    const names = [...alarms(template).keys()];

    expect(names.filter((name) => name.startsWith("SlackAuditLake-acme-gov-"))).toHaveLength(14);
    expect(names.filter((name) => name.includes("acme-old"))).toEqual([]);
  });

  it("shows each metric of the runs on the dashboard", () => {
    const [dashboard] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
    const body = JSON.stringify(dashboard);

    for (const metrics of [INGEST_METRICS, SEAL_METRICS, BACKFILL_METRICS, COLUMNS_METRICS]) {
      for (const metric of Object.values(metrics)) {
        expect(body).toContain(metric);
      }
    }
    expect(body).toContain(LATENESS_METRIC);
  });
});
