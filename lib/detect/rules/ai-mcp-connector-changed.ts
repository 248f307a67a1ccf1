import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const aiMcpConnectorChanged: Rule = {
  id: "ai-mcp-connector-changed",
  title: "Tools of Slack's assistant changed",
  severity: "medium",
  reason:
    "Decides which outside services Slack's assistant may call, and which of their tools without asking.",
  checks: [
    "Check the address of the service and who runs it.",
    "See which of its tools may run without asking.",
  ],
  falsePositives: ["Connectors that were reviewed before they were added."],
  query: "ai-tool-use",
  techniques: ["T1671", "T1562.001"],
  reference: ACTIONS_REFERENCE,
  actions: ["slack_ai_mcp_connector_changed", "slack_ai_mcp_tool_permission_changed"],

  alertTitle: (entry) =>
    `${actorName(entry)} changed the tools of Slack's assistant in ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "slack_ai_mcp_connector_changed",
        entry: exampleEntry("slack_ai_mcp_connector_changed"),
      },
      {
        name: "slack_ai_mcp_tool_permission_changed",
        entry: exampleEntry("slack_ai_mcp_tool_permission_changed"),
      },
    ],
    ignore: [
      {
        name: "a tool that was called",
        because: "the query ai-tool-use counts it",
        entry: exampleEntry("slack_ai_mcp_tool_called"),
      },
    ],
  },
};
