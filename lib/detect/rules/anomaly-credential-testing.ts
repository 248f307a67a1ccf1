import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyCredentialTesting: Rule = anomalyRule({
  id: "anomaly-credential-testing",
  title: "Anomaly: credentials tested",
  severity: "high",
  reason: "Someone tries tokens or looks for credentials to see which work.",
  techniques: ["T1552", "T1528"],
  reasons: ["unexpected_credential_testing"],
});
