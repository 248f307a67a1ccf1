import { actorName, entityName, locationName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const appRemoved: Rule = {
  id: "app-removed",
  title: "App removed or restricted",
  severity: "low",
  reason: "An app that people or security rely on may have stopped.",
  checks: [
    "See who relied on the app, and whether security products are among them.",
    "Ask the person why.",
  ],
  falsePositives: ["Unused apps that are cleaned up."],
  query: "app-changes",
  techniques: ["T1531"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "app_uninstalled",
    "app_restricted",
    "app_removed_from_whitelist",
    "app_deleted",
    "org_app_uninstalled",
    "org_app_workspace_removed",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} removed or restricted ${entityName(entry)} in ${locationName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "app_uninstalled",
        entry: exampleEntry("app_uninstalled", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "app_restricted",
        entry: exampleEntry("app_restricted", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "app_removed_from_whitelist",
        entry: exampleEntry("app_removed_from_whitelist", { entity: EXAMPLE_ENTITIES.app }),
      },
      { name: "app_deleted", entry: exampleEntry("app_deleted", { entity: EXAMPLE_ENTITIES.app }) },
      {
        name: "org_app_uninstalled",
        entry: exampleEntry("org_app_uninstalled", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "org_app_workspace_removed",
        entry: exampleEntry("org_app_workspace_removed", { entity: EXAMPLE_ENTITIES.app }),
      },
    ],
    ignore: [
      {
        name: "an app installed",
        because: "app-installed reports it",
        entry: exampleEntry("app_installed", { entity: EXAMPLE_ENTITIES.app }),
      },
    ],
  },
};
