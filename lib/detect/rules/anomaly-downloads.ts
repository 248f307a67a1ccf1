import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyDownloads: Rule = anomalyRule({
  id: "anomaly-downloads",
  title: "Anomaly: many files downloaded",
  severity: "high",
  reason:
    "More files than this account usually takes: a person about to leave, or a stolen session.",
  checks: [
    "List the files and their channels.",
    "Ask the person's manager whether the person is leaving.",
  ],
  falsePositives: [
    "A new laptop that downloads again what was on the old one, and legal or audit work.",
  ],
  query: "downloads-by-volume",
  techniques: ["T1213.005", "T1119"],
  reasons: ["excessive_downloads"],
});
