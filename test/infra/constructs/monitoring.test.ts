import { describe, expect, it } from "vitest";
import {
  BACKFILL_METRICS,
  COLUMNS_METRICS,
  DETECT_METRICS,
  INGEST_METRICS,
  LATENESS_METRIC,
  SEAL_METRICS,
} from "../../../lib/stack/metrics.ts";
import { alarms, articles, linkedArticle } from "../alarms.ts";
import { synthesize } from "../synthesize.ts";

describe("Monitoring", () => {
  const { template } = synthesize({ sources: [{ name: "acme", tokenRotation: true }] });
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

  it("shows each metric of the runs on the dashboard", () => {
    const [dashboard] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
    const body = JSON.stringify(dashboard);

    for (const metrics of [
      INGEST_METRICS,
      SEAL_METRICS,
      BACKFILL_METRICS,
      COLUMNS_METRICS,
      DETECT_METRICS,
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
    ]);
  });
});
