import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyTor: Rule = anomalyRule({
  id: "anomaly-tor",
  title: "Anomaly: access through Tor",
  severity: "high",
  reason: "Few people use Slack through Tor at work; attackers do, to hide where they are.",
  techniques: ["T1090.003", "T1078.004"],
  reasons: ["tor"],
});
