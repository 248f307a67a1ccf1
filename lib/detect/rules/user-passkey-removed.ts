import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const userPasskeyRemoved: Rule = {
  id: "user-passkey-removed",
  title: "Passkey removed",
  severity: "low",
  reason:
    "Without its passkey an account falls back to weaker ways to sign in, and its owner may be locked out.",
  checks: ["Ask the user whether they removed it.", "See how the account signed in since."],
  falsePositives: ["Users who give back a device."],
  query: "user-trail",
  techniques: ["T1531", "T1556"],
  reference: ACTIONS_REFERENCE,
  actions: ["user_passkey_removed"],

  alertTitle: (entry) => `${actorName(entry)} removed a passkey of ${targetName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "user_passkey_removed",
        entry: exampleEntry("user_passkey_removed", { entity: EXAMPLE_ENTITIES.user }),
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
