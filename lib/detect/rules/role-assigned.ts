import type { AuditLogEntry, Details } from "../../slack/types.ts";
import { actorName, targetKey, targetName, textAt } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

const ROLE = { type: "role", role: { id: "Rl0EXAMPLE1", name: "Compliance Admin", type: "0" } };

/** Ids of channels begin with C, of older private ones with G. */
const CHANNEL_ID = /^[CG][A-Z0-9]+$/;

/** Over a channel, not over the workspace or organization. */
function isOverChannel(entry: AuditLogEntry): boolean {
  const target =
    textAt(entry, "details", "target_entity") ??
    textAt(entry, "details", "target_entity", "id") ??
    textAt(entry, "details", "target_entity_id") ??
    "";
  return CHANNEL_ID.test(target);
}

function assigned(details?: Details): AuditLogEntry {
  return exampleEntry("role_assigned", { entity: ROLE, ...(details && { details }) });
}

export const roleAssigned: Rule = {
  id: "role-assigned",
  title: "System role assigned",
  severity: "high",
  reason:
    "System roles give parts of an owner's power, such as audit logs, exports or user management.",
  checks: ["Find the request or ticket for the role.", "See what the person did with it since."],
  falsePositives: ["New colleagues in teams that run Slack or audit it."],
  query: "admin-and-role-grants",
  techniques: ["T1098.003"],
  reference: ACTIONS_REFERENCE,
  actions: ["role_assigned", "role_added_to_usergroup"],
  matches: (entry) => !isOverChannel(entry),
  alertTitle: (entry) => `${actorName(entry)} assigned ${targetName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "over the organization",
        entry: assigned({ target_user: "U0TARGET01", target_entity: "E0EXAMPLE1" }),
      },
      { name: "without saying over what", entry: assigned({ target_user: "U0TARGET01" }) },
      {
        name: "to several at once",
        entry: assigned({ succeeded_users: '["U0TARGET01","U0TARGET02"]' }),
      },
      { name: "without details", entry: assigned() },
      {
        name: "role_added_to_usergroup",
        entry: exampleEntry("role_added_to_usergroup", { entity: ROLE }),
      },
    ],
    ignore: [
      {
        name: "a role over one channel",
        because: "Slack assigns one to the creator of each private channel, in the same second",
        entry: assigned({ target_user: "U0ADMIN001", target_entity: "C0EXAMPLE1" }),
      },
      {
        name: "a role taken away",
        because: "it gives nobody power",
        entry: exampleEntry("role_removed"),
      },
    ],
  },
};
