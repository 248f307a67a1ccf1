import type { AuditLogEntry } from "../../slack/types.ts";
import {
  actorName,
  addedScopes,
  entityName,
  locationName,
  targetKey,
  textsAt,
} from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import type { Rule } from "../rule.ts";

/** Scopes that cover the whole organization. */
const ADMIN_SCOPE = /^(?:admin|auditlogs|discovery|scim)(?:[.:]|$)/;

/** The scopes that the app gained; all that it holds, when the entry describes no change. */
function grantedAdminScopes(entry: AuditLogEntry): string[] {
  const held = ["scopes", "bot_scopes", "scopes_bot"].flatMap((field) =>
    textsAt(entry, "entity", "app", field),
  );
  const granted = entry.action === "app_scopes_expanded" ? [] : held;
  return [...new Set([...addedScopes(entry), ...granted])].filter((s) => ADMIN_SCOPE.test(s));
}

export const appAdminScopeGranted: Rule = {
  id: "app-admin-scope-granted",
  title: "App with admin scopes installed",
  severity: "high",
  reason:
    "With admin, auditlogs, discovery or scim scopes an app acts over the whole organization. Such a token is worth an owner's password.",
  checks: [
    "Check who publishes the app, and which of these scopes it needs.",
    "Remove it if it was not reviewed.",
  ],
  falsePositives: ["Security, archive and identity products that were bought for it."],
  query: "apps-and-scopes",
  techniques: ["T1671", "T1528"],
  reference: "https://docs.slack.dev/reference/scopes",
  actions: [
    "app_installed",
    "org_app_installed",
    "org_app_upgraded_to_org_install",
    "org_app_workspace_added",
    "app_approved",
    "app_scopes_expanded",
  ],
  matches: (entry) => grantedAdminScopes(entry).length > 0,
  alertTitle: (entry) =>
    `${actorName(entry)} gave ${entityName(entry)} ${grantedAdminScopes(entry).join(", ")} in ${locationName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "installed with a scope that reads audit logs",
        entry: exampleEntry("app_installed", {
          entity: { type: "app", app: { id: "A1", name: "Lake", scopes: ["auditlogs:read"] } },
        }),
      },
      {
        name: "opened to the whole organization with an admin scope",
        entry: exampleEntry("org_app_upgraded_to_org_install", {
          entity: {
            type: "app",
            app: {
              id: "A1",
              name: "Sync",
              scopes: ["admin.users:write"],
              bot_scopes: ["commands"],
            },
          },
        }),
      },
      {
        name: "added to one more workspace with an admin scope of its bot",
        entry: exampleEntry("org_app_workspace_added", {
          entity: {
            type: "app",
            app: { id: "A1", name: "Sync", scopes: [], bot_scopes: ["admin"] },
          },
        }),
      },
      {
        name: "approved with the old admin scope",
        entry: exampleEntry("app_approved", {
          entity: { type: "app", app: { id: "A1", name: "Old", scopes: ["admin"] } },
        }),
      },
      {
        name: "expanded by an admin scope",
        entry: exampleEntry("app_scopes_expanded", {
          entity: EXAMPLE_ENTITIES.app,
          details: { new_scopes: ["admin.users:write"], previous_scopes: [] },
        }),
      },
    ],
    ignore: [
      {
        name: "installed with ordinary scopes",
        because: "app-installed reports it",
        entry: exampleEntry("app_installed", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "expanded by an ordinary scope while it held an admin one",
        because: "the admin scope was reported when it was granted",
        entry: exampleEntry("app_scopes_expanded", {
          entity: { type: "app", app: { id: "A1", name: "Lake", scopes: ["admin", "chat:write"] } },
          details: { new_scopes: ["admin", "chat:write"], previous_scopes: ["admin"] },
        }),
      },
      {
        name: "a scope that only begins alike",
        because: "it is no admin scope",
        entry: exampleEntry("app_installed", {
          entity: { type: "app", app: { id: "A1", name: "X", scopes: ["administrator:read"] } },
        }),
      },
    ],
  },
};
