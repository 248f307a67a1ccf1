import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalySpoofedClient: Rule = anomalyRule({
  id: "anomaly-spoofed-client",
  title: "Anomaly: spoofed user agent",
  severity: "high",
  reason:
    "The client is not what it says it is: a script that poses as a browser, often with a stolen cookie.",
  checks: [
    "Compare address and client with those the person usually has.",
    "End the sessions if the person does not know the client.",
  ],
  falsePositives: ["Browsers with privacy extensions that change their name."],
  query: "stolen-sessions",
  techniques: ["T1550.004"],
  reasons: ["spoofed_user_agent"],
});
