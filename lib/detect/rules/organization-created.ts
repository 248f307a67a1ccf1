import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const organizationCreated: Rule = {
  id: "organization-created",
  title: "Organization created",
  severity: "low",
  reason: "Rare. A second organization under the same company escapes the rules of the first.",
  checks: ["Ask the account team at Slack who asked for it.", "See who its owners are."],
  falsePositives: ["A merger, or an organization for tests."],
  query: "account-changes",
  techniques: ["T1098"],
  reference: ACTIONS_REFERENCE,
  actions: ["organization_created"],
  alertTitle: (entry) => `${actorName(entry)} created the organization ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [{ name: "organization_created", entry: exampleEntry("organization_created") }],
    ignore: [
      {
        name: "an organization deleted",
        because: "organization-deleted reports it",
        entry: exampleEntry("organization_deleted"),
      },
    ],
  },
};
