import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyFileShares: Rule = anomalyRule({
  id: "anomaly-file-shares",
  title: "Anomaly: many files shared",
  severity: "medium",
  reason: "More files shared than usual: data on its way out, or malware on its way in.",
  checks: [
    "See what was shared, and whether guests or other organizations are in these channels.",
    "Open a sample only in a sandbox.",
  ],
  falsePositives: ["A campaign or an event for which many files are posted at once."],
  query: "content-access",
  techniques: ["T1567", "T1080"],
  reasons: ["excessive_file_shares"],
});
