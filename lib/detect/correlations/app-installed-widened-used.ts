import type { Correlation } from "../correlation.ts";
import { EXAMPLE_ENTITIES, exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTING_APP, TARGET_APP } from "../subjects.ts";

const READS = [
  "file_downloaded",
  "canvas_downloaded",
  "canvas_opened",
  "list_downloaded",
  "list_opened",
  "public_channel_preview",
  "mcp_slack_read_canvas_tool_called",
  "mcp_slack_read_channel_tool_called",
  "mcp_slack_read_file_tool_called",
  "mcp_slack_read_list_tool_called",
  "mcp_slack_read_thread_tool_called",
  "mcp_slack_search_public_tool_called",
  "mcp_slack_search_public_and_private_tool_called",
];

const entity = EXAMPLE_ENTITIES.app;
const read = () => exampleEntry("file_downloaded", { appId: entity.app.id });
const installed = exampleSeries(1, () => exampleEntry("app_installed", { entity }));
const widened = exampleSeries(1, () => exampleEntry("app_scopes_expanded", { entity }), {
  startSeconds: 240,
});
const used = exampleSeries(1, read, { startSeconds: 600 });

export const appInstalledWidenedUsed: Correlation = {
  id: "app-installed-widened-used",
  title: "App installed, given more scopes, and used",
  severity: "high",
  reason:
    "An app asks for little to be let in, gets more within a day, and reads at once. Check who owns it, and remove it if nobody can say.",
  checks: [
    "Check who publishes the app and who installed it.",
    "Remove it, and list what it read.",
  ],
  falsePositives: ["Developers who try out an app of their own."],
  query: "apps-and-scopes",
  techniques: ["T1671", "T1528", "T1213.005"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 24 * 60 * 60,
  steps: [
    { actions: ["app_installed"], by: TARGET_APP },
    { actions: ["app_scopes_expanded"], by: TARGET_APP },
    { actions: READS, by: ACTING_APP },
  ],
  alertTitle: (app, { within }) =>
    `${app} was installed, given more scopes, and used to read data within ${within}`,
  examples: {
    match: [
      { name: "installed, widened, used", entries: [...installed, ...widened, ...used] },
      {
        name: "a file read through Slack's tools",
        entries: [
          ...installed,
          ...widened,
          ...exampleSeries(
            1,
            () => exampleEntry("mcp_slack_read_file_tool_called", { appId: "A0EXAMPLE1" }),
            { startSeconds: 900 },
          ),
        ],
      },
    ],
    ignore: [
      {
        name: "installed and used",
        because: "that is what apps are for",
        entries: [...installed, ...used],
      },
      {
        name: "used before it got more scopes",
        because: "it read what it was let in for",
        entries: [...installed, ...exampleSeries(1, read, { startSeconds: 60 }), ...widened],
      },
    ],
  },
};
