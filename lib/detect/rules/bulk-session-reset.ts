import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const bulkSessionReset: Rule = {
  id: "bulk-session-reset",
  title: "Sessions of many users reset",
  severity: "high",
  reason: "Signs many people out at once. Done in an emergency, or to disturb the work.",
  checks: [
    "Ask the admin for the incident behind it.",
    "See what else the admin did in that hour.",
  ],
  falsePositives: ["The answer to an incident, and a change of the identity provider."],
  query: "failed-logins-and-session-resets",
  techniques: ["T1531"],
  reference: ACTIONS_REFERENCE,
  actions: ["bulk_session_reset_by_admin"],
  alertTitle: (entry) =>
    `${actorName(entry)} reset the sessions of many users: ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "bulk_session_reset_by_admin", entry: exampleEntry("bulk_session_reset_by_admin") },
    ],
    ignore: [
      {
        name: "one user",
        because: "user-session-reset reports it",
        entry: exampleEntry("user_session_reset_by_admin"),
      },
    ],
  },
};
