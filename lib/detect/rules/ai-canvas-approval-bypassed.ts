import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const aiCanvasApprovalBypassed: Rule = {
  id: "ai-canvas-approval-bypassed",
  title: "Slack's assistant wrote a canvas without approval",
  severity: "medium",
  reason:
    "A person is asked before the assistant writes; here no one was. See what was written, and who turned the question off.",
  checks: [
    "Read the canvas and see with whom it is shared.",
    "Find who turned the question off, with the query settings-changed.",
  ],
  falsePositives: ["Teams that turned approval off on purpose for one workflow."],
  query: "ai-tool-use",
  techniques: ["T1562.001", "T1565.001"],
  reference: ACTIONS_REFERENCE,
  actions: ["slackbot_ai_canvas_approval_bypassed"],

  alertTitle: (entry) =>
    `Slack's assistant wrote ${targetName(entry)} for ${actorName(entry)} without approval`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "a canvas",
        entry: exampleEntry("slackbot_ai_canvas_approval_bypassed", {
          entity: {
            type: "canvas",
            canvas: { id: "F0CANVAS01", title: "Plans", filetype: "quip" },
          },
        }),
      },
    ],
    ignore: [
      {
        name: "a canvas with content that was approved",
        because: "a person looked at it",
        entry: exampleEntry("slack_ai_canvas_content_generated", {
          entity: {
            type: "canvas",
            canvas: { id: "F0CANVAS01", title: "Plans", filetype: "quip" },
          },
        }),
      },
    ],
  },
};
