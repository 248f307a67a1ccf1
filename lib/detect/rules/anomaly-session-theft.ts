import { anomalyRule } from "../anomaly-rule.ts";
import type { Rule } from "../rule.ts";

export const anomalySessionTheft: Rule = anomalyRule({
  id: "anomaly-session-theft",
  title: "Anomaly: session used from another device",
  severity: "high",
  reason:
    "The session cookie turned up with the fingerprint of another client: the sign of a stolen cookie. End the sessions of the user.",
  checks: [
    "End all sessions of the user, and have the password changed.",
    "Look for malware on the device that the cookie comes from.",
  ],
  falsePositives: ["A browser profile that was moved to a new device."],
  query: "stolen-sessions",
  techniques: ["T1539", "T1550.004"],
  reasons: ["session_fingerprint"],
});
