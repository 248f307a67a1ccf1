import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalySuspiciousNetwork: Rule = anomalyRule({
  id: "anomaly-suspicious-network",
  title: "Anomaly: suspicious network",
  severity: "medium",
  reason: "The address belongs to a network that Slack holds to be suspicious.",
  techniques: ["T1078.004"],
  reasons: ["asn"],
});
