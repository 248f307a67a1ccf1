import { actorName, entityName, locationName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const roleChangedToUser: Rule = {
  id: "role-changed-to-user",
  title: "User set to ordinary member",
  severity: "medium",
  reason:
    "Either an admin or owner lost power, or a guest gained the rights of a full member; the entry does not say which.",
  checks: ["See what the account was before, with the query user-trail.", "Ask the admin why."],
  falsePositives: ["Contractors who are hired, and admins who change their work."],
  query: "account-changes",
  techniques: ["T1098", "T1531"],
  reference: ACTIONS_REFERENCE,
  actions: ["role_change_to_user"],
  alertTitle: (entry) =>
    `${actorName(entry)} made ${entityName(entry)} an ordinary member of ${locationName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "role_change_to_user",
        entry: exampleEntry("role_change_to_user", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
    ignore: [
      {
        name: "an admin",
        because: "admin-granted reports it",
        entry: exampleEntry("role_change_to_admin", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
