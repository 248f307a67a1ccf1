import type { Correlation } from "../correlation.ts";
import { exampleChannel, exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

const deleted = (index: number) =>
  exampleEntry("private_channel_deleted", { entity: exampleChannel(index) });

export const manyChannelsDeleted: Correlation = {
  id: "many-channels-deleted",
  title: "Several channels deleted by one user",
  severity: "high",
  reason:
    "Deleted channels cannot be restored, and their messages are gone. Confirm with the person at once.",
  checks: [
    "Reach the person at once.",
    "Take away the right to delete channels until it is clear.",
  ],
  falsePositives: ["A clean-up that was announced."],
  query: "deletions",
  techniques: ["T1485"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [
    { actions: ["public_channel_deleted", "private_channel_deleted"], by: ACTOR, atLeast: 3 },
  ],
  alertTitle: (user, { atLeast, within }) =>
    `${user} deleted at least ${atLeast} channels within ${within}`,
  examples: {
    match: [{ name: "three channels", entries: exampleSeries(3, deleted, { stepSeconds: 900 }) }],
    ignore: [
      {
        name: "two channels",
        because: "channels that were made by mistake are deleted every week",
        entries: exampleSeries(2, deleted),
      },
      {
        name: "archived channels",
        because: "an archived channel can be opened again",
        entries: exampleSeries(5, (index) =>
          exampleEntry("public_channel_archive", { entity: exampleChannel(index) }),
        ),
      },
    ],
  },
};
