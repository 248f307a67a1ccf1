import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const organizationDeleted: Rule = {
  id: "organization-deleted",
  title: "Organization or workspace deleted",
  severity: "critical",
  reason: "Everything in it is gone after a short time in which Slack can still restore it.",
  checks: ["Call the owner, and Slack, at once.", "See what else the owner did before."],
  falsePositives: ["A workspace that was merged into another."],
  query: "account-changes",
  techniques: ["T1485"],
  reference: ACTIONS_REFERENCE,
  actions: ["organization_deleted", "workspace_deleted"],
  alertTitle: (entry) => `${actorName(entry)} deleted ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "organization_deleted", entry: exampleEntry("organization_deleted") },
      { name: "workspace_deleted", entry: exampleEntry("workspace_deleted") },
    ],
    ignore: [
      {
        name: "an organization created",
        because: "organization-created reports it",
        entry: exampleEntry("organization_created"),
      },
    ],
  },
};
