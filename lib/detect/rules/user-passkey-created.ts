import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const userPasskeyCreated: Rule = {
  id: "user-passkey-created",
  title: "Passkey created",
  severity: "low",
  reason:
    "A passkey signs its holder in without a password. Whoever holds a stolen session makes one to stay.",
  checks: ["Ask the user whether they made it.", "Compare address and client with those before."],
  falsePositives: ["Users who set up a new device."],
  query: "user-trail",
  techniques: ["T1098.001", "T1556"],
  reference: ACTIONS_REFERENCE,
  actions: ["user_passkey_created"],

  alertTitle: (entry) => `${actorName(entry)} created a passkey of ${targetName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "user_passkey_created",
        entry: exampleEntry("user_passkey_created", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
    ignore: [
      {
        name: "another name for a passkey",
        because: "it signs in as before",
        entry: exampleEntry("user_passkey_name_edited", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
