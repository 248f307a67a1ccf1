import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const permissionsAssigned: Rule = {
  id: "permissions-assigned",
  title: "Permissions assigned to a role or account type",
  severity: "medium",
  reason: "What a whole class of accounts may do has grown.",
  checks: ["See which accounts have the role.", "Ask who decided it."],
  falsePositives: ["A review of roles by those who run Slack."],
  query: "admin-and-role-grants",
  techniques: ["T1098.003"],
  reference: ACTIONS_REFERENCE,
  actions: ["permissions_assigned", "role_created", "role_updated"],
  alertTitle: (entry) => `${actorName(entry)} assigned permissions to ${targetName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "permissions_assigned", entry: exampleEntry("permissions_assigned") },
      { name: "role_created", entry: exampleEntry("role_created") },
      { name: "role_updated", entry: exampleEntry("role_updated") },
    ],
    ignore: [
      {
        name: "permissions taken away",
        because: "a class of accounts may do less",
        entry: exampleEntry("permissions_removed"),
      },
    ],
  },
};
