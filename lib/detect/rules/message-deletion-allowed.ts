import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const messageDeletionAllowed: Rule = {
  id: "message-deletion-allowed",
  title: "Members may delete messages",
  severity: "low",
  reason: "People can remove what they said, and with it what an investigation needs.",
  checks: ["Ask the admin why.", "See who deleted messages since, with the query deletions."],
  falsePositives: ["A decision about the culture of the workspace."],
  query: "settings-changed",
  techniques: ["T1070"],
  reference: ACTIONS_REFERENCE,
  actions: ["pref.allow_message_deletion"],
  matches: (entry) => entry.details?.new_value !== false,
  alertTitle: (entry) => `${actorName(entry)} let members of ${placeName(entry)} delete messages`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "allowed",
        entry: exampleEntry("pref.allow_message_deletion", {
          details: { new_value: true, previous_value: false },
        }),
      },
      { name: "without a value", entry: exampleEntry("pref.allow_message_deletion") },
    ],
    ignore: [
      {
        name: "forbidden",
        because: "messages stay",
        entry: exampleEntry("pref.allow_message_deletion", {
          details: { new_value: false, previous_value: true },
        }),
      },
    ],
  },
};
