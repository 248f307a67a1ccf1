import { actorEntityKey, actorName, entityName, locationName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const roleAssigned: Rule = {
  id: "role-assigned",
  title: "System role assigned",
  severity: "high",
  reason:
    "System roles give parts of an owner's power, such as audit logs, exports or user management.",
  techniques: ["T1098.003"],
  reference: ACTIONS_REFERENCE,
  actions: ["role_assigned", "role_added_to_usergroup"],
  alertTitle: (entry) =>
    `${actorName(entry)} assigned ${entityName(entry)} in ${locationName(entry)}`,
  dedupeKey: actorEntityKey,
  examples: {
    match: [
      { name: "role_assigned", entry: exampleEntry("role_assigned") },
      { name: "role_added_to_usergroup", entry: exampleEntry("role_added_to_usergroup") },
    ],
    ignore: [{ name: "a role taken away", entry: exampleEntry("role_removed") }],
  },
};
