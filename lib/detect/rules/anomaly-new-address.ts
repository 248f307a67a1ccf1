import { anomalyRule, exampleAnomaly, isThreatListed } from "../anomaly-rule.ts";
import { type Rule, ruleMatches } from "../rule.ts";

const anyAddress = anomalyRule({
  id: "anomaly-new-address",
  title: "Anomaly: unusual address",
  severity: "low",
  reason:
    "An address that this token has not used. Mostly travel; with another anomaly of the same user a stolen session.",
  checks: [
    "See whether the person travels or changed the provider.",
    "Look for other anomalies of this user within the same hour.",
  ],
  falsePositives: ["Travel, a mobile network, a new home connection, a VPN."],
  query: "user-trail",
  techniques: ["T1078.004"],
  reasons: ["ip_address"],
});

export const anomalyNewAddress: Rule = {
  ...anyAddress,
  matches: (entry, context) => ruleMatches(anyAddress, entry, context) && !isThreatListed(entry),
  examples: {
    match: [
      ...anyAddress.examples.match,
      { name: "of a cloud", entry: exampleAnomaly(["ip_address"], ["cloud-asn", "new-asn"]) },
    ],
    ignore: [
      ...anyAddress.examples.ignore,
      {
        name: "an address on a threat list",
        because: "anomaly-threat-listed-address reports it",
        entry: exampleAnomaly(["ip_address"], ["new-asn", "in-ioc-list"]),
      },
    ],
  },
};
