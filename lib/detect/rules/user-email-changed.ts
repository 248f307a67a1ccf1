import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const userEmailChanged: Rule = {
  id: "user-email-changed",
  title: "E-mail address of a user changed",
  severity: "low",
  reason:
    "Password resets and sign-in codes go to this address. Expected after a name change, suspicious otherwise.",
  checks: [
    "Check that the new address belongs to the organization.",
    "See who changed it, and whether the password was reset after that.",
  ],
  falsePositives: ["A name change, or a new domain."],
  query: "account-changes",
  techniques: ["T1098"],
  reference: ACTIONS_REFERENCE,
  actions: ["user_email_updated", "email_change_confirmed"],
  alertTitle: (entry) => `${actorName(entry)} changed the e-mail address of ${targetName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "email_change_confirmed",
        entry: exampleEntry("email_change_confirmed", { entity: EXAMPLE_ENTITIES.user }),
      },
      {
        name: "user_email_updated",
        entry: exampleEntry("user_email_updated", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
    ignore: [
      {
        name: "a change that was only asked for",
        because: "codes go to the old address until it is confirmed",
        entry: exampleEntry("email_change_created", { entity: EXAMPLE_ENTITIES.user }),
      },
      {
        name: "another part of the profile",
        because: "no code is sent to it",
        entry: exampleEntry("user_profile_updated", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
