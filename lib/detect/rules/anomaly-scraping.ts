import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyScraping: Rule = anomalyRule({
  id: "anomaly-scraping",
  title: "Anomaly: data scraped",
  severity: "high",
  reason: "Messages or profiles are read at the pace of a machine.",
  techniques: ["T1119", "T1213.005"],
  reasons: ["unexpected_scraping"],
});
