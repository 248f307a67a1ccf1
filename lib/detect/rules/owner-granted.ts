import { actorName, entityName, locationName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const ownerGranted: Rule = {
  id: "owner-granted",
  title: "Owner role granted",
  severity: "critical",
  reason:
    "An owner can change every setting, export data and make more owners. Confirm with the person who granted it.",
  checks: [
    "Confirm it with the person who granted it, by another way than Slack.",
    "If nobody stands behind it, take the role away and end the sessions of both.",
  ],
  falsePositives: ["A new head of IT, or a second owner for emergencies."],
  query: "admin-and-role-grants",
  techniques: ["T1098.003"],
  reference: ACTIONS_REFERENCE,
  actions: ["role_change_to_owner", "org_owner_created"],
  alertTitle: (entry) =>
    `${actorName(entry)} made ${entityName(entry)} an owner in ${locationName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "role_change_to_owner",
        entry: exampleEntry("role_change_to_owner", { entity: EXAMPLE_ENTITIES.user }),
      },
      {
        name: "org_owner_created",
        entry: exampleEntry("org_owner_created", { entity: EXAMPLE_ENTITIES.user }),
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
