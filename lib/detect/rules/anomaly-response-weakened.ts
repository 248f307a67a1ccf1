import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const anomalyResponseWeakened: Rule = {
  id: "anomaly-response-weakened",
  title: "Response to anomalies changed",
  severity: "high",
  reason:
    "Slack ends sessions by itself on some anomalies. Someone changed on which, or for whom not.",
  checks: [
    "Compare the reasons for which sessions end with those before.",
    "Put the response back until someone explains it.",
  ],
  falsePositives: ["A reason that signs people out too often, turned off on purpose."],
  query: "security-settings-changed",
  techniques: ["T1562.001"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "pref.anomaly_event_response_changed",
    "user_anomaly_event_response_allowlist_changed",
    // Slack's own spelling, beside the correct one.
    "user_anomaly_event_reponse_allowlist_changed",
    "usergroup_anomaly_event_response_allowlist_changed",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed the response to anomalies in ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "pref.anomaly_event_response_changed",
        entry: exampleEntry("pref.anomaly_event_response_changed"),
      },
      {
        name: "user_anomaly_event_response_allowlist_changed",
        entry: exampleEntry("user_anomaly_event_response_allowlist_changed"),
      },
      {
        name: "user_anomaly_event_reponse_allowlist_changed",
        entry: exampleEntry("user_anomaly_event_reponse_allowlist_changed"),
      },
      {
        name: "usergroup_anomaly_event_response_allowlist_changed",
        entry: exampleEntry("usergroup_anomaly_event_response_allowlist_changed"),
      },
    ],
    ignore: [
      {
        name: "an anomaly",
        because: "it is what the response answers; the anomaly rules report it",
        entry: exampleEntry("anomaly"),
      },
    ],
  },
};
