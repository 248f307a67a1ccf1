import type { Correlation } from "../correlation.ts";
import { EXAMPLE_ENTITIES, exampleEntry, exampleFile, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR, TARGET_USER } from "../subjects.ts";

const entity = EXAMPLE_ENTITIES.user;
const invited = exampleSeries(1, () => exampleEntry("guest_created", { entity }));
const download = (index: number) =>
  exampleEntry("file_downloaded", { actorUserId: entity.user.id, entity: exampleFile(index) });
const downloaded = (count: number, startSeconds: number) =>
  exampleSeries(count, download, { startSeconds });

export const guestInvitedThenDownloads: Correlation = {
  id: "guest-invited-then-downloads",
  title: "Guest invited, then many downloads",
  severity: "high",
  reason:
    "A new guest takes files on the first day: the invitation may have had no other purpose. See who invited the guest.",
  checks: [
    "See who invited the guest, and why.",
    "List the files, and deactivate the guest if nobody knows.",
  ],
  falsePositives: ["Agencies and auditors who begin with a hand-over of files."],
  query: "guest-accounts",
  techniques: ["T1199", "T1213.005"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 24 * 60 * 60,
  steps: [
    { actions: ["guest_created"], by: TARGET_USER },
    { actions: ["file_downloaded"], by: ACTOR, atLeast: 30 },
  ],
  alertTitle: (guest, { atLeast, within }) =>
    `${guest} was invited as a guest and downloaded at least ${atLeast} times within ${within}`,
  examples: {
    match: [{ name: "thirty downloads", entries: [...invited, ...downloaded(30, 600)] }],
    ignore: [
      {
        name: "twenty-nine downloads",
        because: "a guest reads what was shared",
        entries: [...invited, ...downloaded(29, 600)],
      },
      {
        name: "downloads before",
        because: "the account was used before it became a guest",
        entries: [
          ...exampleSeries(30, download),
          ...exampleSeries(1, () => exampleEntry("guest_created", { entity }), {
            startSeconds: 60,
          }),
        ],
      },
    ],
  },
};
