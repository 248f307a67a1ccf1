import { describe, expect, it } from "vitest";
import {
  BACKFILL_METRICS,
  COLUMNS_METRICS,
  DETECT_METRICS,
  EVENTS_METRICS,
  INGEST_METRICS,
  LATENESS_METRIC,
  NOTIFY_METRICS,
  SCHEMA_WATCH_METRICS,
  SEAL_METRICS,
  TOKEN_REFRESH_FAILED_METRIC,
} from "../../../lib/stack/metrics.ts";
import { alarms, articles, linkedArticle } from "../alarms.ts";
import { synthesize } from "../synthesize.ts";

describe("Monitoring", () => {
  const { template } = synthesize({
    sources: [{ name: "acme", tokenRotation: true }],
    ocsf: { enabled: true },
    weeklyReport: { enabled: true },
    detection: {
      targets: { soc: { type: "slack", secret: "audit-lake/soc" } },
      routes: [{ targets: ["soc"] }],
    },
  });
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

  it("has alarms for each source that runs, and none for one that does not", () => {
    const { template } = synthesize({
      sources: [{ name: "acme" }, { name: "acme-gov" }, { name: "acme-old", enabled: false }],
    });
    const names = [...alarms(template).keys()];

    expect(names.filter((name) => name.startsWith("SlackAuditLake-acme-gov-"))).toHaveLength(15);
    expect(names.filter((name) => name.includes("acme-old"))).toEqual([]);
  });

  it("has a dashboard only where one is wanted", () => {
    template.resourceCountIs("AWS::CloudWatch::Dashboard", 1);
    synthesize({ dashboard: false }).template.resourceCountIs("AWS::CloudWatch::Dashboard", 0);
  });

  it("has the functions emit nothing but what alarms watch when there is none", () => {
    const { template } = synthesize({
      dashboard: false,
      sources: [{ name: "acme", tokenRotation: true }],
    });
    const emitted = new Map(
      Object.values(template.findResources("AWS::Lambda::Function")).map(({ Properties }) => [
        Properties.Description,
        Properties.Environment.Variables.METRICS.split(","),
      ]),
    );

    expect(Object.fromEntries(emitted)).toEqual({
      "Takes in the Slack audit logs of acme": [
        INGEST_METRICS.entries,
        INGEST_METRICS.lagSeconds,
        INGEST_METRICS.quarantined,
        INGEST_METRICS.throttled,
        INGEST_METRICS.tokenMissing,
        TOKEN_REFRESH_FAILED_METRIC,
        INGEST_METRICS.tokenRefused,
      ],
      "Seals the days of the Slack audit logs of acme": [
        SEAL_METRICS.differing,
        SEAL_METRICS.lateFound,
        SEAL_METRICS.altered,
        SEAL_METRICS.unreconciled,
        SEAL_METRICS.unsealedDays,
      ],
      "Puts sealed days of acme into the columns table": [COLUMNS_METRICS.notWritten],
      "Brings in the past Slack audit logs of acme": [""],
      "Asks the detection rules about new Slack audit logs": [
        DETECT_METRICS.ruleFailures,
        DETECT_METRICS.unreadable,
      ],
      "Compares Slack's audit log actions and schemas with the last look": [""],
    });
  });

  it("shows each metric of the functions on the dashboard", () => {
    const [dashboard] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
    const body = JSON.stringify(dashboard);

    for (const metrics of [
      INGEST_METRICS,
      SEAL_METRICS,
      BACKFILL_METRICS,
      COLUMNS_METRICS,
      DETECT_METRICS,
      EVENTS_METRICS,
      NOTIFY_METRICS,
      SCHEMA_WATCH_METRICS,
    ]) {
      for (const metric of Object.values(metrics)) {
        expect(body).toContain(metric);
      }
    }
    expect(body).toContain(LATENESS_METRIC);
  });

  it("has a row on the dashboard for each source of what works on it, in one order", () => {
    const { template } = synthesize({
      dashboard: true,
      sources: [{ name: "acme" }, { name: "acme-gov" }],
    });
    const [dashboard] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
    const titles = JSON.stringify(dashboard).match(/## [\w: -]+/g);

    expect(titles).toEqual([
      "## acme",
      "## acme-gov",
      "## acme: close of day",
      "## acme-gov: close of day",
      "## acme: backfill",
      "## acme-gov: backfill",
      "## Detection",
      "## Schema watch",
    ]);
  });
});
