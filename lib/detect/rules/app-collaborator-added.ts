import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const appCollaboratorAdded: Rule = {
  id: "app-collaborator-added",
  title: "Collaborator of an app added",
  severity: "low",
  reason: "A collaborator can change what the app does and read its tokens.",
  checks: [
    "Check that the collaborator works on the app.",
    "See what changed in the app after that.",
  ],
  falsePositives: ["Developers who join or leave a team."],
  query: "app-changes",
  techniques: ["T1098", "T1671"],
  reference: ACTIONS_REFERENCE,
  actions: ["app_collaborator_added"],

  alertTitle: (entry) => `${actorName(entry)} let someone work on ${targetName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "app_collaborator_added",
        entry: exampleEntry("app_collaborator_added", {
          entity: EXAMPLE_ENTITIES.app,
          details: { target_user: "U0TARGET01" },
        }),
      },
    ],
    ignore: [
      {
        name: "a collaborator removed",
        because: "fewer people can change the app",
        entry: exampleEntry("app_collaborator_removed", { entity: EXAMPLE_ENTITIES.app }),
      },
    ],
  },
};
