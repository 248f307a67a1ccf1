import { actorName, placeName, targetKey, textAt } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const authPolicyChanged: Rule = {
  id: "auth-policy-changed",
  title: "Authentication policy changed",
  severity: "medium",
  reason:
    "Authentication policies decide who may sign in how; taking people out of one can exempt them from single sign-on.",
  checks: [
    "See who is exempt from single sign-on now.",
    "Look for sign-ins with a password after the change.",
  ],
  falsePositives: ["Guests and service accounts that the identity provider does not know."],
  query: "security-settings-changed",
  techniques: ["T1556"],
  reference: ACTIONS_REFERENCE,
  actions: ["auth_policy_created", "auth_policy_entity_assigned", "auth_policy_entity_removed"],
  matches: (entry) =>
    entry.action !== "auth_policy_entity_removed" ||
    textAt(entry, "details", "authentication_mode") !== "EMAIL_PASSWORD",
  alertTitle: (entry) =>
    `${actorName(entry)} changed an authentication policy in ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "auth_policy_created", entry: exampleEntry("auth_policy_created") },
      { name: "auth_policy_entity_assigned", entry: exampleEntry("auth_policy_entity_assigned") },
      { name: "auth_policy_entity_removed", entry: exampleEntry("auth_policy_entity_removed") },
      {
        name: "someone let in by password",
        entry: exampleEntry("auth_policy_entity_assigned", {
          details: {
            policy_name: "email_password",
            authentication_mode: "EMAIL_PASSWORD",
            entity_ids: '["U0TARGET01"]',
          },
        }),
      },
    ],
    ignore: [
      {
        name: "someone taken out of a policy that lets passwords in",
        because: "it takes a way in away; an identity provider writes one for each leaver",
        entry: exampleEntry("auth_policy_entity_removed", {
          details: {
            policy_name: "email_password",
            authentication_mode: "EMAIL_PASSWORD",
            entity_ids: '["U0TARGET01"]',
          },
        }),
      },
      {
        name: "a sign-in",
        because: "people sign in every day; the query logins lists it",
        entry: exampleEntry("user_login"),
      },
    ],
  },
};
