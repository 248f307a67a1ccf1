import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const workspaceAccessChanged: Rule = {
  id: "workspace-access-changed",
  title: "Who may join a workspace changed",
  severity: "medium",
  reason:
    "An open workspace can be joined, and its public channels read, by every member of the organization.",
  checks: ["Compare the value before and after.", "See who joined since."],
  falsePositives: ["Workspaces for the whole company."],
  query: "settings-changed",
  techniques: ["T1562.001"],
  reference: ACTIONS_REFERENCE,
  actions: ["pref.workspace_access_changed"],

  alertTitle: (entry) => `${actorName(entry)} changed who may join ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "pref.workspace_access_changed",
        entry: exampleEntry("pref.workspace_access_changed"),
      },
    ],
    ignore: [
      {
        name: "a person who joined",
        because: "people join every day",
        entry: exampleEntry("user_joined_workspace", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
