import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyScraping: Rule = anomalyRule({
  id: "anomaly-scraping",
  title: "Anomaly: data scraped",
  severity: "high",
  reason: "Messages or profiles are read at the pace of a machine.",
  checks: [
    "Find the app or session that reads, and end it.",
    "See which channels and profiles were read.",
  ],
  falsePositives: ["A search tool or an archive of your own that indexes Slack."],
  query: "user-trail",
  techniques: ["T1119", "T1213.005"],
  reasons: ["unexpected_scraping"],
});
