import { actorName, addedScopes, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

const app = EXAMPLE_ENTITIES.app;

export const appScopesExpanded: Rule = {
  id: "app-scopes-expanded",
  title: "Access of an app expanded",
  severity: "medium",
  reason:
    "An app that is already trusted can now do more. Compare the new scopes with what it is for.",
  checks: ["Compare the new scopes with what the app is for.", "See what it read since."],
  falsePositives: ["An update of an app that needs a scope for a new feature."],
  query: "apps-and-scopes",
  techniques: ["T1098.001", "T1671"],
  reference: ACTIONS_REFERENCE,
  // app_resources_added is not on Slack's list, but occurs in published logs.
  actions: [
    "app_scopes_expanded",
    "app_resources_granted",
    "app_resources_added",
    "bot_token_upgraded",
  ],
  // Slack also writes app_scopes_expanded when an app is authorized again with the same scopes.
  matches: (entry) => entry.action !== "app_scopes_expanded" || addedScopes(entry).length > 0,
  alertTitle: (entry) => {
    const scopes = addedScopes(entry).join(", ");
    return `${actorName(entry)} expanded the access of ${targetName(entry)}${scopes && `: ${scopes}`}`;
  },
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "a scope added",
        entry: exampleEntry("app_scopes_expanded", {
          entity: app,
          details: { new_scopes: ["chat:write", "files:read"], previous_scopes: ["chat:write"] },
        }),
      },
      { name: "a resource", entry: exampleEntry("app_resources_granted", { entity: app }) },
      { name: "a resource, unlisted", entry: exampleEntry("app_resources_added", { entity: app }) },
      { name: "a bot token", entry: exampleEntry("bot_token_upgraded", { entity: app }) },
    ],
    ignore: [
      {
        name: "the same scopes again",
        because: "Slack writes one each time an app is authorized again",
        entry: exampleEntry("app_scopes_expanded", {
          entity: app,
          details: { new_scopes: ["commands"], previous_scopes: ["commands"] },
        }),
      },
      {
        name: "fewer scopes",
        because: "the app can do less",
        entry: exampleEntry("app_scopes_expanded", {
          entity: app,
          details: { new_scopes: ["commands"], previous_scopes: ["commands", "chat:write"] },
        }),
      },
    ],
  },
};
