import type { Correlation } from "../correlation.ts";
import { exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

const deleted = () => exampleEntry("message_tombstoned");

export const manyMessagesDeleted: Correlation = {
  id: "many-messages-deleted",
  title: "Many messages deleted by one user",
  severity: "medium",
  reason:
    "Someone removes what was said, at the pace of a script. See in which channels, and whether a legal hold keeps the text.",
  checks: ["See in which channels.", "Ask legal whether a hold keeps the text."],
  falsePositives: ["A bot that tidies up its own messages."],
  query: "deletions",
  techniques: ["T1070", "T1485"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 10 * 60,
  steps: [{ actions: ["message_tombstoned"], by: ACTOR, atLeast: 50 }],
  alertTitle: (user, { atLeast, within }) =>
    `${user} deleted at least ${atLeast} messages within ${within}`,
  examples: {
    match: [{ name: "fifty messages", entries: exampleSeries(50, deleted, { stepSeconds: 10 }) }],
    ignore: [
      {
        name: "forty-nine messages",
        because: "people tidy up",
        entries: exampleSeries(49, deleted),
      },
      {
        name: "fifty messages, some restored",
        because: "a message that came back is not gone",
        entries: exampleSeries(50, (index) =>
          exampleEntry(index < 30 ? "message_restored" : "message_tombstoned"),
        ),
      },
    ],
  },
};
