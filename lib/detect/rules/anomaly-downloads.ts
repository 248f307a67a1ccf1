import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyDownloads: Rule = anomalyRule({
  id: "anomaly-downloads",
  title: "Anomaly: many files downloaded",
  severity: "high",
  reason:
    "More files than this account usually takes: a person about to leave, or a stolen session.",
  techniques: ["T1213.005", "T1119"],
  reasons: ["excessive_downloads"],
});
