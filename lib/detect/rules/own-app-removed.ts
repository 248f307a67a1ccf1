import { actorName, entityId, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

const context = { ownAppIds: ["A0EXAMPLE1"], ownInstallerIds: [] };

export const ownAppRemoved: Rule = {
  id: "own-app-removed",
  title: "The app that fills this archive was removed",
  severity: "critical",
  reason:
    "Its token is about to fail, and collection to stop. Slack keeps the entries: install the app again and set the new token, and the archive catches up.",
  checks: [
    "Ask the person who removed it, and install it again.",
    "Set the new token, and check with `audit-lake status` that the archive catches up.",
  ],
  falsePositives: ["The app is being replaced by a new one of your own."],
  query: "app-changes",
  techniques: ["T1562.008"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "app_uninstalled",
    "app_restricted",
    "app_removed_from_whitelist",
    "app_deleted",
    "org_app_uninstalled",
  ],
  matches: (entry, { ownAppIds }) => ownAppIds.includes(entityId(entry)),
  alertTitle: (entry) =>
    `${actorName(entry)} removed ${targetName(entry)}, which fills this archive`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "our app",
        entry: exampleEntry("org_app_uninstalled", { entity: EXAMPLE_ENTITIES.app }),
        context,
      },
    ],
    ignore: [
      {
        name: "another app",
        because: "app-removed reports it",
        entry: exampleEntry("org_app_uninstalled", {
          entity: { type: "app", app: { id: "A0OTHER", name: "Other" } },
        }),
        context,
      },
      {
        name: "no app is configured",
        because: "nothing says which app is yours",
        entry: exampleEntry("org_app_uninstalled", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "our app installed",
        because: "collection begins, and does not stop",
        entry: exampleEntry("org_app_installed", { entity: EXAMPLE_ENTITIES.app }),
        context,
      },
    ],
  },
};
