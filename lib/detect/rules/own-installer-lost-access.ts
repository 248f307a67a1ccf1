import { actorName, entityId, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

const context = { ownAppIds: [], ownInstallerIds: ["U0TARGET01"] };
const entity = EXAMPLE_ENTITIES.user;

export const ownInstallerLostAccess: Rule = {
  id: "own-installer-lost-access",
  title: "The owner whose token fills this archive lost access",
  severity: "critical",
  reason:
    "Slack's audit logs need the token of an organization owner. Let another owner install the app and set the new token before the old one fails.",
  checks: ["Let another owner install the app.", "Set the new token before the old one fails."],
  falsePositives: ["The owner leaves, and a successor has installed the app already."],
  query: "account-changes",
  techniques: ["T1562.008", "T1531"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "user_deactivated",
    "role_change_to_admin",
    "role_change_to_user",
    "role_change_to_guest",
  ],
  matches: (entry, { ownInstallerIds }) => ownInstallerIds.includes(entityId(entry)),
  alertTitle: (entry) =>
    `${actorName(entry)} took access from ${targetName(entry)}, whose token fills this archive (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "deactivated", entry: exampleEntry("user_deactivated", { entity }), context },
      {
        name: "no longer an owner",
        entry: exampleEntry("role_change_to_admin", { entity }),
        context,
      },
    ],
    ignore: [
      {
        name: "someone else",
        because: "the token does not depend on this account",
        entry: exampleEntry("user_deactivated", {
          entity: { type: "user", user: { id: "U0OTHER" } },
        }),
        context,
      },
      {
        name: "no installer is configured",
        because: "nothing says whose token it is",
        entry: exampleEntry("user_deactivated", { entity }),
      },
    ],
  },
};
