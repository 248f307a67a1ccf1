import type { Correlation } from "../correlation.ts";
import { exampleChannel, exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

const invited = (index: number) =>
  exampleEntry("external_shared_channel_invite_sent", { entity: exampleChannel(index) });

export const manyExternalInvitations: Correlation = {
  id: "many-external-invitations",
  title: "Many invitations to outsiders by one user",
  severity: "medium",
  reason:
    "Each accepted invitation opens a channel or a conversation to another organization. See who was invited, and where to.",
  checks: ["See who was invited, and where to.", "Revoke the invitations that nobody knows."],
  falsePositives: ["The start of a project with a partner, and events."],
  query: "external-sharing",
  techniques: ["T1537", "T1199"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [
    {
      actions: ["external_shared_channel_invite_sent", "connect_dm_invite_generated"],
      by: ACTOR,
      atLeast: 10,
    },
  ],
  alertTitle: (user, { atLeast, within }) =>
    `${user} invited outsiders at least ${atLeast} times within ${within}`,
  examples: {
    match: [{ name: "ten invitations", entries: exampleSeries(10, invited, { stepSeconds: 60 }) }],
    ignore: [
      {
        name: "nine invitations",
        because: "a project with partners begins with some",
        entries: exampleSeries(9, invited),
      },
      {
        name: "invitations that were accepted",
        because: "external-organization-connected reports each",
        entries: exampleSeries(10, () => exampleEntry("external_shared_channel_invite_accepted")),
      },
    ],
  },
};
