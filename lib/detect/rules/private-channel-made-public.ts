import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const privateChannelMadePublic: Rule = {
  id: "private-channel-made-public",
  title: "Private channel made public",
  severity: "medium",
  reason: "Its whole history is now open to every member.",
  checks: ["See what the channel holds.", "Ask its members whether they agreed."],
  falsePositives: ["A project that is announced."],
  query: "channels-opened",
  techniques: ["T1213.005"],
  reference: ACTIONS_REFERENCE,
  actions: ["private_channel_converted_to_public", "group_converted_to_channel"],
  alertTitle: (entry) => `${actorName(entry)} made ${targetName(entry)} public`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "private_channel_converted_to_public",
        entry: exampleEntry("private_channel_converted_to_public", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
      {
        name: "group_converted_to_channel",
        entry: exampleEntry("group_converted_to_channel", { entity: EXAMPLE_ENTITIES.channel }),
      },
    ],
    ignore: [
      {
        name: "the other way",
        because: "fewer people can read it",
        entry: exampleEntry("public_channel_converted_to_private", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
    ],
  },
};
