import { actorName, entityName, locationName, targetKey } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const appApproved: Rule = {
  id: "app-approved",
  title: "App approved",
  severity: "low",
  reason: "Members can now install it.",
  checks: ["Check the app's publisher and its scopes.", "See who asked for it."],
  falsePositives: ["Requests that went through the usual review."],
  query: "apps-and-scopes",
  techniques: ["T1671"],
  reference: ACTIONS_REFERENCE,
  actions: ["app_approved"],
  alertTitle: (entry) =>
    `${actorName(entry)} approved ${entityName(entry)} in ${locationName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "app_approved",
        entry: exampleEntry("app_approved", { entity: EXAMPLE_ENTITIES.app }),
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
