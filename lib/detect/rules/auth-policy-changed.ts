import { actorEntityKey, actorName, locationName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const authPolicyChanged: Rule = {
  id: "auth-policy-changed",
  title: "Authentication policy changed",
  severity: "medium",
  reason:
    "Authentication policies decide who may sign in how; taking people out of one can exempt them from single sign-on.",
  techniques: ["T1556"],
  reference: ACTIONS_REFERENCE,
  actions: ["auth_policy_created", "auth_policy_entity_assigned", "auth_policy_entity_removed"],
  alertTitle: (entry) =>
    `${actorName(entry)} changed an authentication policy in ${locationName(entry)} (${entry.action})`,
  dedupeKey: actorEntityKey,
  examples: {
    match: [
      { name: "auth_policy_created", entry: exampleEntry("auth_policy_created") },
      { name: "auth_policy_entity_assigned", entry: exampleEntry("auth_policy_entity_assigned") },
      { name: "auth_policy_entity_removed", entry: exampleEntry("auth_policy_entity_removed") },
    ],
    ignore: [{ name: "a sign-in", entry: exampleEntry("user_login") }],
  },
};
