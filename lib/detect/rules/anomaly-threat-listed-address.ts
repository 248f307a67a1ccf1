import { anomalyKey, anomalyTitle, exampleAnomaly, isThreatListed } from "../anomaly-rule.ts";
import { ANOMALIES_REFERENCE, type Rule } from "../rule.ts";

export const anomalyThreatListedAddress: Rule = {
  id: "anomaly-threat-listed-address",
  title: "Anomaly: address on a threat list",
  severity: "high",
  reason:
    "Slack found the address on a list of indicators of compromise. See what else came from it with the query address-trail, and end the sessions of the user.",
  checks: [
    "See what else came from the address.",
    "End the sessions of the user, and block the address.",
  ],
  falsePositives: ["Shared addresses of VPNs and mobile networks stay on lists for long."],
  query: "address-trail",
  techniques: ["T1078.004", "T1539"],
  reference: ANOMALIES_REFERENCE,
  actions: ["anomaly"],
  matches: isThreatListed,
  alertTitle: (entry) => `${anomalyTitle(entry)}, from an address on a threat list`,
  dedupeKey: anomalyKey,
  examples: {
    match: [
      {
        name: "a new address",
        entry: exampleAnomaly(["ip_address"], ["new-asn", "in-ioc-list"]),
      },
      { name: "whatever the reason", entry: exampleAnomaly(["tor"], ["in-ioc-list"]) },
    ],
    ignore: [
      {
        name: "a new address that is on no list",
        because: "anomaly-new-address reports it",
        entry: exampleAnomaly(["ip_address"], ["cloud-asn", "new-asn"]),
      },
    ],
  },
};
