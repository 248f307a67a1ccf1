import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalyCredentialTesting: Rule = anomalyRule({
  id: "anomaly-credential-testing",
  title: "Anomaly: credentials tested",
  severity: "high",
  reason: "Someone tries tokens or looks for credentials to see which work.",
  checks: [
    "See which tokens or accounts were tried, and which of them worked.",
    "Revoke the tokens that worked.",
  ],
  falsePositives: ["A penetration test, or an app with an old token that tries again and again."],
  query: "user-trail",
  techniques: ["T1552", "T1528"],
  reasons: ["unexpected_credential_testing"],
});
