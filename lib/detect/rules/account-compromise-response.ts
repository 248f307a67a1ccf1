import { targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const accountCompromiseResponse: Rule = {
  id: "account-compromise-response",
  title: "Slack ended the sessions of a compromised account",
  severity: "high",
  reason:
    "Slack itself found the account or its sessions compromised and acted. Find out what was done with them before.",
  checks: [
    "List what the account did in the days before, and from which addresses and clients.",
    "Remove apps, passkeys and links that it created in that time.",
  ],
  falsePositives: [
    "Slack also ends sessions when a token of the account was found in public code that belongs to nobody's attack.",
  ],
  query: "user-trail",
  techniques: ["T1078.004", "T1539"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "user_logout_compromised",
    "user_password_reset_slack_security",
    "user_sessions_reset_by_anomaly_event_response",
    "user_sessions_reset_by_circuit_breaker",
  ],
  alertTitle: (entry) => `Slack ended the sessions of ${targetName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "user_logout_compromised",
        entry: exampleEntry("user_logout_compromised", { entity: EXAMPLE_ENTITIES.user }),
      },
      {
        name: "user_password_reset_slack_security",
        entry: exampleEntry("user_password_reset_slack_security", {
          entity: EXAMPLE_ENTITIES.user,
        }),
      },
      {
        name: "user_sessions_reset_by_anomaly_event_response",
        entry: exampleEntry("user_sessions_reset_by_anomaly_event_response", {
          entity: EXAMPLE_ENTITIES.user,
        }),
      },
      {
        name: "user_sessions_reset_by_circuit_breaker",
        entry: exampleEntry("user_sessions_reset_by_circuit_breaker", {
          entity: EXAMPLE_ENTITIES.user,
        }),
      },
    ],
    ignore: [
      {
        name: "an ordinary sign-out",
        because: "people sign out every day",
        entry: exampleEntry("user_logout", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
