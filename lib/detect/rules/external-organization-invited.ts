import {
  actorName,
  entityName,
  externalOrganizationName,
  locationName,
  targetKey,
} from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const externalOrganizationInvited: Rule = {
  id: "external-organization-invited",
  title: "External organization invited",
  severity: "medium",
  reason: "People outside the organization will read and write in the channel once they accept.",
  checks: [
    "Check the address that was invited.",
    "Revoke the invitation if it goes to a private address.",
  ],
  falsePositives: ["Work with customers and suppliers."],
  query: "external-sharing",
  techniques: ["T1199"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "external_shared_channel_invite_sent",
    "external_shared_channel_invite_approved",
    "external_shared_channel_invite_request_approved",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} invited ${externalOrganizationName(entry)} to ${entityName(entry)} in ${locationName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "external_shared_channel_invite_sent",
        entry: exampleEntry("external_shared_channel_invite_sent", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
      {
        name: "external_shared_channel_invite_approved",
        entry: exampleEntry("external_shared_channel_invite_approved", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
      {
        name: "external_shared_channel_invite_request_approved",
        entry: exampleEntry("external_shared_channel_invite_request_approved", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
    ],
    ignore: [
      {
        name: "an invitation declined",
        because: "nobody comes in",
        entry: exampleEntry("external_shared_channel_invite_declined", {
          entity: EXAMPLE_ENTITIES.channel,
        }),
      },
    ],
  },
};
