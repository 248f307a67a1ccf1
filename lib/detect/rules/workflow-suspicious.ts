import { actorEntityKey, actorName, entityName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const workflowSuspicious: Rule = {
  id: "workflow-suspicious",
  title: "Suspicious workflow",
  severity: "medium",
  reason: "Slack found words in a workflow or its prompt that phishing uses.",
  techniques: ["T1534"],
  reference: ACTIONS_REFERENCE,
  actions: ["workflow_trigger_suspicious_keyword", "workflow_ai_answer_suspicious_prompt"],
  alertTitle: (entry) => `Slack found ${entityName(entry)} by ${actorName(entry)} suspicious`,
  dedupeKey: actorEntityKey,
  examples: {
    match: [
      {
        name: "workflow_trigger_suspicious_keyword",
        entry: exampleEntry("workflow_trigger_suspicious_keyword"),
      },
      {
        name: "workflow_ai_answer_suspicious_prompt",
        entry: exampleEntry("workflow_ai_answer_suspicious_prompt"),
      },
    ],
    ignore: [{ name: "a workflow published", entry: exampleEntry("workflow_published") }],
  },
};
