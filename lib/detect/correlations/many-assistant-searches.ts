import type { Correlation } from "../correlation.ts";
import { exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

const SEARCHES = [
  "mcp_slack_search_public_tool_called",
  "mcp_slack_search_public_and_private_tool_called",
  "mcp_slack_search_channels_tool_called",
  "mcp_slack_search_users_tool_called",
];

const searched = () => exampleEntry("mcp_slack_search_public_and_private_tool_called");

export const manyAssistantSearches: Correlation = {
  id: "many-assistant-searches",
  title: "Many searches by an assistant for one user",
  severity: "medium",
  reason:
    "Through Slack's MCP server an assistant searches faster than a person reads, also in private channels. See which client holds the user's token.",
  checks: ["See which client holds the user's token.", "Revoke it if the user does not know it."],
  falsePositives: ["A long research task that the user has started."],
  query: "ai-tool-use",
  techniques: ["T1119", "T1213.005"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 10 * 60,
  steps: [{ actions: SEARCHES, by: ACTOR, atLeast: 50 }],
  alertTitle: (user, { atLeast, within }) =>
    `An assistant searched Slack at least ${atLeast} times within ${within} for ${user}`,
  examples: {
    match: [{ name: "fifty searches", entries: exampleSeries(50, searched, { stepSeconds: 10 }) }],
    ignore: [
      {
        name: "forty-nine searches",
        because: "one question to an assistant can be a dozen searches",
        entries: exampleSeries(49, searched),
      },
      {
        name: "other tools",
        because: "many-channels-read counts the channels that are read",
        entries: exampleSeries(50, () => exampleEntry("mcp_slack_send_message_tool_called")),
      },
    ],
  },
};
