import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyTor: Rule = anomalyRule({
  id: "anomaly-tor",
  title: "Anomaly: access through Tor",
  severity: "high",
  reason: "Few people use Slack through Tor at work; attackers do, to hide where they are.",
  checks: [
    "Ask the person whether they used Tor.",
    "End the sessions if not, and see what was read.",
  ],
  falsePositives: ["People in countries that block Slack, and security people who test."],
  query: "user-trail",
  techniques: ["T1090.003", "T1078.004"],
  reasons: ["tor"],
});
