import { actorKey, actorName, entityName, locationName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const roleChangedToGuest: Rule = {
  id: "role-changed-to-guest",
  title: "User set to guest",
  severity: "low",
  reason: "A guest sees only a few channels. Done to many members, it locks them out.",
  checks: [
    "Ask the admin why, above all when it is many people.",
    "See what else the admin did in that hour.",
  ],
  falsePositives: ["Employees who go on as contractors."],
  query: "guest-accounts",
  techniques: ["T1531"],
  reference: ACTIONS_REFERENCE,
  actions: ["role_change_to_guest"],
  alertTitle: (entry) =>
    `${actorName(entry)} made ${entityName(entry)} a guest in ${locationName(entry)}`,
  dedupeKey: actorKey,
  examples: {
    match: [
      {
        name: "role_change_to_guest",
        entry: exampleEntry("role_change_to_guest", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
    ignore: [
      {
        name: "a new guest",
        because: "nobody lost access; the query guest-accounts lists it",
        entry: exampleEntry("guest_created", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
