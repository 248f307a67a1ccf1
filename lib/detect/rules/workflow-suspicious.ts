import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const workflowSuspicious: Rule = {
  id: "workflow-suspicious",
  title: "Suspicious workflow",
  severity: "medium",
  reason: "Slack found words in a workflow or its prompt that phishing uses.",
  checks: ["Read the workflow's messages and links.", "Unpublish it if it asks for passwords."],
  falsePositives: ["Security training, and forms that ask for accounts."],
  query: "workflow-changes",
  techniques: ["T1534"],
  reference: ACTIONS_REFERENCE,
  actions: ["workflow_trigger_suspicious_keyword", "workflow_ai_answer_suspicious_prompt"],
  alertTitle: (entry) => `Slack found ${targetName(entry)} by ${actorName(entry)} suspicious`,
  dedupeKey: targetKey,
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
    ignore: [
      {
        name: "a workflow published",
        because: "nothing says that it is suspicious",
        entry: exampleEntry("workflow_published"),
      },
    ],
  },
};
