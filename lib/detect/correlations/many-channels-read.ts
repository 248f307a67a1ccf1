import type { AuditLogEntry } from "../../slack/types.ts";
import type { Correlation } from "../correlation.ts";
import { textAt } from "../entry-fields.ts";
import { exampleChannel, exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

function channelOf(entry: AuditLogEntry): string | undefined {
  return textAt(entry, "entity", "channel", "id");
}

const previewed = (index: number) =>
  exampleEntry("public_channel_preview", { entity: exampleChannel(index) });

export const manyChannelsRead: Correlation = {
  id: "many-channels-read",
  title: "Many channels looked into by one user",
  severity: "medium",
  reason:
    "Someone looks into one channel after the other without joining: discovery before theft. See which client does it.",
  checks: ["See which client does it.", "End the session if the person is not at work."],
  falsePositives: ["A new employee who looks around."],
  query: "content-access",
  techniques: ["T1213.005", "T1526"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 10 * 60,
  steps: [
    {
      actions: ["public_channel_preview", "mcp_slack_read_channel_tool_called"],
      by: ACTOR,
      atLeast: 25,
      distinct: channelOf,
    },
  ],
  alertTitle: (user, { atLeast, within }) =>
    `${user} looked into at least ${atLeast} channels within ${within}`,
  examples: {
    match: [
      { name: "twenty-five channels", entries: exampleSeries(25, previewed, { stepSeconds: 20 }) },
    ],
    ignore: [
      {
        name: "twenty-four channels",
        because: "new people look around",
        entries: exampleSeries(24, previewed),
      },
      {
        name: "one channel again and again",
        because: "it is the same messages",
        entries: exampleSeries(60, () => previewed(1)),
      },
    ],
  },
};
