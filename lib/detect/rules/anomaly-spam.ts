import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalySpam: Rule = anomalyRule({
  id: "anomaly-spam",
  title: "Anomaly: potential spam",
  severity: "medium",
  reason: "The account sends what looks like spam or phishing to colleagues.",
  checks: [
    "Read what was sent, and warn those who got it.",
    "End the sessions if the person did not send it.",
  ],
  falsePositives: ["Announcements that go to many people."],
  query: "user-trail",
  techniques: ["T1534"],
  reasons: ["potential_spam"],
});
