import { actorKey, actorName, entityName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const userSessionReset: Rule = {
  id: "user-session-reset",
  title: "Sessions of a user reset by an admin",
  severity: "low",
  reason: "Usual after a lost device. Many in a row by one admin disturb the work.",
  techniques: ["T1531"],
  reference: ACTIONS_REFERENCE,
  actions: ["user_session_reset_by_admin", "user_session_invalidated"],
  alertTitle: (entry) => `${actorName(entry)} reset the sessions of ${entityName(entry)}`,
  // By actor: an admin who signs out a whole department is one alert.
  dedupeKey: actorKey,
  examples: {
    match: [
      {
        name: "user_session_reset_by_admin",
        entry: exampleEntry("user_session_reset_by_admin", { entity: EXAMPLE_ENTITIES.user }),
      },
      {
        name: "user_session_invalidated",
        entry: exampleEntry("user_session_invalidated", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
    ignore: [
      {
        name: "an ordinary sign-out",
        entry: exampleEntry("user_logout", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
