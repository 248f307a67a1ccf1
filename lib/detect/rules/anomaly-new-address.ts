import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyNewAddress: Rule = anomalyRule({
  id: "anomaly-new-address",
  title: "Anomaly: unusual address",
  severity: "low",
  reason:
    "An address that this token has not used. Mostly travel; with another anomaly of the same user a stolen session.",
  techniques: ["T1078.004"],
  reasons: ["ip_address"],
});
