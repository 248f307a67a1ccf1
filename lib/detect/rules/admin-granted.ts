import { actorName, entityName, locationName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const adminGranted: Rule = {
  id: "admin-granted",
  title: "Admin role granted",
  severity: "high",
  reason: "An admin can manage members, channels and apps. Confirm that it was asked for.",
  checks: [
    "Find the request or ticket for the grant.",
    "If there is none, take the role away and look at what both accounts did since.",
  ],
  falsePositives: [
    "New admins in a team that runs Slack, and emergency access that is given back the same day.",
  ],
  query: "admin-and-role-grants",
  techniques: ["T1098.003"],
  reference: ACTIONS_REFERENCE,
  actions: ["role_change_to_admin"],
  alertTitle: (entry) =>
    `${actorName(entry)} made ${entityName(entry)} an admin in ${locationName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "role_change_to_admin",
        entry: exampleEntry("role_change_to_admin", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
    ignore: [
      {
        name: "an ordinary member",
        because: "it takes power away, or gives less; role-changed-to-user reports it",
        entry: exampleEntry("role_change_to_user", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
