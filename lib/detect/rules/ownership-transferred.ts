import { actorName, entityName, locationName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const ownershipTransferred: Rule = {
  id: "ownership-transferred",
  title: "Primary ownership transferred",
  severity: "critical",
  reason: "The primary owner stands above all other owners; nobody but Slack can undo a transfer.",
  checks: ["Call the former primary owner.", "Call Slack if the transfer was not meant."],
  falsePositives: ["The primary owner leaves the company."],
  query: "admin-and-role-grants",
  techniques: ["T1098.003"],
  reference: ACTIONS_REFERENCE,
  actions: ["owner_transferred"],
  alertTitle: (entry) =>
    `${actorName(entry)} transferred the primary ownership of ${locationName(entry)} to ${entityName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "owner_transferred",
        entry: exampleEntry("owner_transferred", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
    ignore: [
      {
        name: "a channel with a new host",
        because: "external-organization-connected reports it",
        entry: exampleEntry("external_shared_channel_host_transferred", {
          entity: EXAMPLE_ENTITIES.user,
        }),
      },
    ],
  },
};
