import {
  ANOMALY_REASONS,
  anomalyKey,
  anomalyReasons,
  anomalyTitle,
  exampleAnomaly,
} from "../anomaly-rule.ts";
import { exampleEntry } from "../example-entry.ts";
import { ANOMALIES_REFERENCE, type Rule } from "../rule.ts";

const LISTED: ReadonlySet<string> = new Set(ANOMALY_REASONS);

export const anomalyUnlistedReason: Rule = {
  id: "anomaly-unlisted-reason",
  title: "Anomaly: a reason that no rule knows",
  severity: "medium",
  reason:
    "Slack reports an anomaly for a reason it did not have when these rules were written, or for none. No anomaly passes in silence.",
  checks: [
    "Look the reason up in Slack's documentation.",
    "See what the user did around that time.",
  ],
  falsePositives: ["Slack introduces a new kind of anomaly."],
  query: "anomalies-by-reason",
  techniques: ["T1078.004"],
  reference: ANOMALIES_REFERENCE,
  actions: ["anomaly"],
  matches: (entry) => {
    const reasons = anomalyReasons(entry);
    return reasons.length === 0 || reasons.some((reason) => !LISTED.has(reason));
  },
  alertTitle: anomalyTitle,
  dedupeKey: anomalyKey,
  examples: {
    match: [
      { name: "a new reason", entry: exampleAnomaly(["impossible_travel"]) },
      { name: "a new reason beside a listed one", entry: exampleAnomaly(["asn", "brand_new"]) },
      { name: "an empty list", entry: exampleAnomaly([]) },
      { name: "no details", entry: exampleEntry("anomaly") },
    ],
    ignore: ANOMALY_REASONS.map((reason) => ({
      name: reason,
      because: "another rule reports it",
      entry: exampleAnomaly([reason]),
    })),
  },
};
