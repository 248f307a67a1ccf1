import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const workspaceCreated: Rule = {
  id: "workspace-created",
  title: "Workspace created",
  severity: "low",
  reason: "A new workspace has settings and admins of its own. Check that it was asked for.",
  checks: ["Check that it was asked for.", "See who its admins are."],
  falsePositives: ["A new team or region."],
  query: "account-changes",
  techniques: ["T1098"],
  reference: ACTIONS_REFERENCE,
  actions: ["workspace_created"],

  alertTitle: (entry) => `${actorName(entry)} created the workspace ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [{ name: "workspace_created", entry: exampleEntry("workspace_created") }],
    ignore: [
      {
        name: "a workspace deleted",
        because: "organization-deleted reports it",
        entry: exampleEntry("workspace_deleted"),
      },
    ],
  },
};
