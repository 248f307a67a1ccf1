import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyMessageDeletion: Rule = anomalyRule({
  id: "anomaly-message-deletion",
  title: "Anomaly: many messages deleted",
  severity: "medium",
  reason: "Someone removes what was said: traces, or evidence.",
  checks: [
    "See in which channels, and whether a legal hold keeps the text.",
    "Ask the person why.",
  ],
  falsePositives: ["An app or a bot that tidies up its own messages."],
  query: "deletions",
  techniques: ["T1070", "T1485"],
  reasons: ["unexpected_message_deletion"],
});
