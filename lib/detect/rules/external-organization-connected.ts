import {
  actorName,
  entityName,
  externalOrganizationName,
  locationName,
  targetKey,
} from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const externalOrganizationConnected: Rule = {
  id: "external-organization-connected",
  title: "External organization connected",
  severity: "medium",
  reason: "People outside the organization now read and write in the channel.",
  checks: [
    "Check that the organization is a partner.",
    "See what is in the channel, and who else is in it.",
  ],
  falsePositives: ["Work with customers and suppliers."],
  query: "external-sharing",
  techniques: ["T1199", "T1537"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "external_shared_channel_connected",
    "external_shared_channel_invite_accepted",
    "external_shared_channel_access_upgraded",
    "external_shared_channel_host_transferred",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} opened ${entityName(entry)} to ${externalOrganizationName(entry)} in ${locationName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "external_shared_channel_connected",
        entry: exampleEntry("external_shared_channel_connected", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
      {
        name: "external_shared_channel_invite_accepted",
        entry: exampleEntry("external_shared_channel_invite_accepted", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
      {
        name: "external_shared_channel_access_upgraded",
        entry: exampleEntry("external_shared_channel_access_upgraded", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
      {
        name: "external_shared_channel_host_transferred",
        entry: exampleEntry("external_shared_channel_host_transferred", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
    ],
    ignore: [
      {
        name: "a channel disconnected",
        because: "outsiders lose access",
        entry: exampleEntry("external_shared_channel_disconnected", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
    ],
  },
};
