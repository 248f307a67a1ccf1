import { actorId, actorKey, actorName, entityId, isSlack, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const userSessionReset: Rule = {
  id: "user-session-reset",
  title: "Sessions of a user reset by an admin",
  severity: "low",
  reason: "Usual after a lost device. Many in a row by one admin disturb the work.",
  checks: ["Ask the admin for the reason.", "See whether it is one user or many."],
  falsePositives: ["Lost and stolen devices."],
  query: "failed-logins-and-session-resets",
  techniques: ["T1531"],
  reference: ACTIONS_REFERENCE,
  actions: ["user_session_reset_by_admin", "user_session_invalidated"],
  alertTitle: (entry) => `${actorName(entry)} reset the sessions of ${targetName(entry)}`,
  matches: (entry) => !isSlack(entry) && actorId(entry) !== entityId(entry),
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
        name: "by Slack itself, or by nobody",
        because:
          "sessions run out by the dozen; those that Slack ended for a compromise have a rule",
        entry: exampleEntry("user_session_invalidated", {
          actorUserId: "USLACKSECURITY",
          entity: EXAMPLE_ENTITIES.user,
        }),
      },
      {
        name: "the user's own sessions",
        because: "that is signing out everywhere",
        entry: exampleEntry("user_session_invalidated", {
          actorUserId: "U0TARGET01",
          entity: EXAMPLE_ENTITIES.user,
        }),
      },
      {
        name: "an ordinary sign-out",
        because: "people sign out every day",
        entry: exampleEntry("user_logout", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
