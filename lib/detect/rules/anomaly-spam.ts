import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalySpam: Rule = anomalyRule({
  id: "anomaly-spam",
  title: "Anomaly: potential spam",
  severity: "medium",
  reason: "The account sends what looks like spam or phishing to colleagues.",
  techniques: ["T1534"],
  reasons: ["potential_spam"],
});
