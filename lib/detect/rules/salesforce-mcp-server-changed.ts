import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const salesforceMcpServerChanged: Rule = {
  id: "salesforce-mcp-server-changed",
  title: "Salesforce MCP server enabled or widened",
  severity: "medium",
  reason:
    "Assistants reach data of Salesforce through it, and the other way round. Check which workspaces and people may use it.",
  checks: [
    "Check that the Salesforce organization is yours.",
    "See which workspaces and people may use it.",
  ],
  falsePositives: ["A planned roll-out."],
  query: "ai-tool-use",
  techniques: ["T1671"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "salesforce_mcp_server_enabled",
    "salesforce_mcp_server_config_updated",
    "salesforce_mcp_server_acl_updated",
    "salesforce_mcp_server_workspace_granted",
    "salesforce_mcp_server_org_reconnected",
  ],

  alertTitle: (entry) =>
    `${actorName(entry)} changed a Salesforce MCP server for ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "salesforce_mcp_server_enabled",
        entry: exampleEntry("salesforce_mcp_server_enabled"),
      },
      {
        name: "salesforce_mcp_server_config_updated",
        entry: exampleEntry("salesforce_mcp_server_config_updated"),
      },
      {
        name: "salesforce_mcp_server_acl_updated",
        entry: exampleEntry("salesforce_mcp_server_acl_updated"),
      },
      {
        name: "salesforce_mcp_server_workspace_granted",
        entry: exampleEntry("salesforce_mcp_server_workspace_granted"),
      },
      {
        name: "salesforce_mcp_server_org_reconnected",
        entry: exampleEntry("salesforce_mcp_server_org_reconnected"),
      },
    ],
    ignore: [
      {
        name: "a server turned off",
        because: "assistants can do less",
        entry: exampleEntry("salesforce_mcp_server_disabled"),
      },
    ],
  },
};
