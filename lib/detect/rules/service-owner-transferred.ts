import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const serviceOwnerTransferred: Rule = {
  id: "service-owner-transferred",
  title: "Ownership of a service transferred",
  severity: "high",
  reason: "Who owns a service decides over its data and its billing.",
  checks: ["Confirm it with the former owner.", "See what the new owner did since."],
  falsePositives: ["The owner changes the job."],
  query: "admin-and-role-grants",
  techniques: ["T1098"],
  reference: ACTIONS_REFERENCE,
  actions: ["service_owner_transferred"],
  alertTitle: (entry) =>
    `${actorName(entry)} transferred the ownership of a service in ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "service_owner_transferred", entry: exampleEntry("service_owner_transferred") },
    ],
    ignore: [
      {
        name: "the primary ownership",
        because: "ownership-transferred reports it",
        entry: exampleEntry("owner_transferred"),
      },
    ],
  },
};
