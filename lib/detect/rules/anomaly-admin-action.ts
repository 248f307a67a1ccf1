import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyAdminAction: Rule = anomalyRule({
  id: "anomaly-admin-action",
  title: "Anomaly: unexpected admin action",
  severity: "high",
  reason: "An admin did what this admin does not do. Ask the person before anything else.",
  techniques: ["T1098", "T1078.004"],
  reasons: ["unexpected_admin_action"],
});
