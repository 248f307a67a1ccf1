import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const idpConfigurationChanged: Rule = {
  id: "idp-configuration-changed",
  title: "Identity provider configuration changed",
  severity: "high",
  reason:
    "A new or changed identity provider can issue sign-ins for any account. Confirm the change with those who run it.",
  checks: [
    "Confirm it with those who run the identity provider.",
    "Look for sign-ins of owners and admins since.",
  ],
  falsePositives: ["A certificate that is renewed, or a move to another provider."],
  query: "security-settings-changed",
  techniques: ["T1484.002", "T1556"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "idp_configuration_added",
    "idp_configuration_deleted",
    "idp_prod_configuration_updated",
    "enterprise_managed_auth_enabled",
    "enterprise_managed_auth_disabled",
    "enterprise_managed_auth_rebound",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed the identity provider configuration of ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "idp_configuration_added", entry: exampleEntry("idp_configuration_added") },
      { name: "idp_configuration_deleted", entry: exampleEntry("idp_configuration_deleted") },
      {
        name: "idp_prod_configuration_updated",
        entry: exampleEntry("idp_prod_configuration_updated"),
      },
      {
        name: "enterprise_managed_auth_enabled",
        entry: exampleEntry("enterprise_managed_auth_enabled"),
      },
      {
        name: "enterprise_managed_auth_disabled",
        entry: exampleEntry("enterprise_managed_auth_disabled"),
      },
      {
        name: "enterprise_managed_auth_rebound",
        entry: exampleEntry("enterprise_managed_auth_rebound"),
      },
    ],
    ignore: [
      {
        name: "a test configuration",
        because: "it signs no one in",
        entry: exampleEntry("idp_test_configuration_updated"),
      },
    ],
  },
};
