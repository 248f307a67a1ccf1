import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyApiVolume: Rule = anomalyRule({
  id: "anomaly-api-volume",
  title: "Anomaly: unusual volume of calls or searches",
  severity: "medium",
  reason:
    "A token is used far more than before, or someone searches widely: discovery before theft, or a runaway script.",
  techniques: ["T1119", "T1526"],
  reasons: ["unexpected_api_call_volume", "search_volume"],
});
