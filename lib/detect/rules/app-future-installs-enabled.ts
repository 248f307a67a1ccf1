import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const appFutureInstallsEnabled: Rule = {
  id: "app-future-installs-enabled",
  title: "App installed in every future workspace",
  severity: "medium",
  reason: "New workspaces get the app without anyone deciding on it there.",
  checks: ["See which scopes the app has.", "Ask whether every workspace needs it."],
  falsePositives: ["Apps of the whole organization, such as its directory or calendar."],
  query: "apps-and-scopes",
  techniques: ["T1671"],
  reference: ACTIONS_REFERENCE,
  actions: ["org_app_future_workspace_install_enabled"],

  alertTitle: (entry) =>
    `${actorName(entry)} had ${targetName(entry)} installed in every future workspace`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "turned on",
        entry: exampleEntry("org_app_future_workspace_install_enabled", {
          entity: EXAMPLE_ENTITIES.app,
        }),
      },
    ],
    ignore: [
      {
        name: "turned off",
        because: "new workspaces are asked again",
        entry: exampleEntry("org_app_future_workspace_install_disabled", {
          entity: EXAMPLE_ENTITIES.app,
        }),
      },
    ],
  },
};
