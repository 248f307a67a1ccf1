import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const passwordResetByAdmin: Rule = {
  id: "password-reset-by-admin",
  title: "Password reset by an admin",
  severity: "low",
  reason: "An admin who resets a password can be the first to set a new one.",
  checks: [
    "Ask the user whether they asked for it.",
    "Compare the address of the next sign-in with those before.",
  ],
  falsePositives: ["Help desk work after a forgotten password."],
  query: "failed-logins-and-session-resets",
  techniques: ["T1098"],
  reference: ACTIONS_REFERENCE,
  actions: ["user_password_reset_by_admin"],
  alertTitle: (entry) => `${actorName(entry)} reset the password of ${targetName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "user_password_reset_by_admin",
        entry: exampleEntry("user_password_reset_by_admin", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
    ignore: [
      {
        name: "a reset that the user asked for",
        because: "people forget passwords; the query failed-logins-and-session-resets counts it",
        entry: exampleEntry("user_password_reset_requested", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
