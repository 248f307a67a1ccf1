import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const appMcpServerChanged: Rule = {
  id: "app-mcp-server-changed",
  title: "MCP server of an app added or changed",
  severity: "medium",
  reason:
    "Through a Model Context Protocol server an app offers tools to assistants, and what they send it leaves Slack. Check its address and who may use it.",
  checks: ["Check the server's address and who runs it.", "See who may use its tools."],
  falsePositives: ["Developers who build an app of your own."],
  query: "ai-tool-use",
  techniques: ["T1671", "T1567"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "app_mcp_server_added",
    "app_mcp_server_updated",
    "app_mcp_server_acl_changed",
    "app_mcp_server_auth_strategy_set",
  ],

  alertTitle: (entry) =>
    `${actorName(entry)} changed an MCP server of ${targetName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "app_mcp_server_added",
        entry: exampleEntry("app_mcp_server_added", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "app_mcp_server_updated",
        entry: exampleEntry("app_mcp_server_updated", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "app_mcp_server_acl_changed",
        entry: exampleEntry("app_mcp_server_acl_changed", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "app_mcp_server_auth_strategy_set",
        entry: exampleEntry("app_mcp_server_auth_strategy_set", { entity: EXAMPLE_ENTITIES.app }),
      },
    ],
    ignore: [
      {
        name: "a server removed",
        because: "assistants can do less",
        entry: exampleEntry("app_mcp_server_removed", { entity: EXAMPLE_ENTITIES.app }),
      },
    ],
  },
};
