import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyAdminAction: Rule = anomalyRule({
  id: "anomaly-admin-action",
  title: "Anomaly: unexpected admin action",
  severity: "high",
  reason: "An admin did what this admin does not do. Ask the person before anything else.",
  checks: [
    "Ask the admin by another way than Slack.",
    "Undo the action if nobody stands behind it, and end the admin's sessions.",
  ],
  falsePositives: ["A new admin, or one who stands in for a colleague."],
  query: "user-trail",
  techniques: ["T1098", "T1078.004"],
  reasons: ["unexpected_admin_action"],
});
