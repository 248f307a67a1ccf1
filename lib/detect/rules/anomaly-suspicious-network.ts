import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalySuspiciousNetwork: Rule = anomalyRule({
  id: "anomaly-suspicious-network",
  title: "Anomaly: suspicious network",
  severity: "medium",
  reason: "The address belongs to a network that Slack holds to be suspicious.",
  checks: [
    "See who owns the network, and who else came from it.",
    "Ask the person whether they use a VPN.",
  ],
  falsePositives: ["Commercial VPNs and hosting providers that people use on purpose."],
  query: "address-trail",
  techniques: ["T1078.004"],
  reasons: ["asn"],
});
