import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const exportCapabilityChanged: Rule = {
  id: "export-capability-changed",
  title: "Data exports enabled",
  severity: "high",
  reason: "From now on private channels and direct messages can be exported.",
  checks: ["Ask the owner who asked for it.", "Look for exports that were started since."],
  falsePositives: ["Legal discovery that Slack has approved."],
  query: "exports",
  techniques: ["T1213.005", "T1098"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "corporate_exports_approved",
    "corporate_exports_enabled",
    "export_app_configuration_upserted",
    "organization_channel_audit_export_enabled",
    "workspace_channel_audit_export_enabled",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} enabled data exports for ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "corporate_exports_approved", entry: exampleEntry("corporate_exports_approved") },
      { name: "corporate_exports_enabled", entry: exampleEntry("corporate_exports_enabled") },
      {
        name: "export_app_configuration_upserted",
        entry: exampleEntry("export_app_configuration_upserted"),
      },
      {
        name: "organization_channel_audit_export_enabled",
        entry: exampleEntry("organization_channel_audit_export_enabled"),
      },
      {
        name: "workspace_channel_audit_export_enabled",
        entry: exampleEntry("workspace_channel_audit_export_enabled"),
      },
    ],
    ignore: [
      {
        name: "an export that started",
        because: "export-started reports it",
        entry: exampleEntry("scheduled_export_started"),
      },
    ],
  },
};
