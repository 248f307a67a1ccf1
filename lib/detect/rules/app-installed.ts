import { actorName, entityName, locationName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const appInstalled: Rule = {
  id: "app-installed",
  title: "App installed",
  severity: "low",
  reason:
    "A new app can read what its scopes allow, and stays after the person who installed it has left.",
  checks: [
    "Check the app's publisher and its scopes.",
    "Ask the person what it is for if nobody knows it.",
  ],
  falsePositives: ["Members who install approved apps."],
  query: "apps-and-scopes",
  techniques: ["T1671"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "app_installed",
    "org_app_installed",
    "org_app_workspace_added",
    "org_app_upgraded_to_org_install",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} installed ${entityName(entry)} in ${locationName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "app_installed",
        entry: exampleEntry("app_installed", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "org_app_installed",
        entry: exampleEntry("org_app_installed", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "org_app_workspace_added",
        entry: exampleEntry("org_app_workspace_added", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "org_app_upgraded_to_org_install",
        entry: exampleEntry("org_app_upgraded_to_org_install", { entity: EXAMPLE_ENTITIES.app }),
      },
    ],
    ignore: [
      {
        name: "an app removed",
        because: "app-removed reports it",
        entry: exampleEntry("app_uninstalled", { entity: EXAMPLE_ENTITIES.app }),
      },
    ],
  },
};
