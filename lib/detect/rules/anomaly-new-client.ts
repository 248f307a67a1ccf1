import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyNewClient: Rule = anomalyRule({
  id: "anomaly-new-client",
  title: "Anomaly: unusual client",
  severity: "low",
  reason:
    "A client or user agent that this account has not used. Mostly an upgrade; with another anomaly of the same user a stolen session.",
  checks: [
    "See whether the device and the client fit the person.",
    "Look for other anomalies of this user within the same hour.",
  ],
  falsePositives: ["A new device or browser, and updates of either."],
  query: "user-trail",
  techniques: ["T1550.004"],
  reasons: ["unexpected_client", "unexpected_user_agent", "user_agent"],
});
