import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyApiVolume: Rule = anomalyRule({
  id: "anomaly-api-volume",
  title: "Anomaly: unusual volume of calls or searches",
  severity: "medium",
  reason:
    "A token is used far more than before, or someone searches widely: discovery before theft, or a runaway script.",
  checks: [
    "Find the app or client that makes the calls.",
    "See what was read, and revoke the token if nobody knows it.",
  ],
  falsePositives: ["A migration, an export tool or a script that runs in a loop."],
  query: "user-trail",
  techniques: ["T1119", "T1526"],
  reasons: ["unexpected_api_call_volume", "search_volume"],
});
