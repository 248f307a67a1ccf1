import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const aiSkillShared: Rule = {
  id: "ai-skill-shared",
  title: "Skill of Slack's assistant shared or copied in",
  severity: "low",
  reason:
    "A skill tells the assistant what to do with what it reads. One from outside can carry instructions of its own.",
  checks: [
    "Read the skill, and see whether it tells the assistant to send data anywhere.",
    "See who uses it now.",
  ],
  falsePositives: ["Colleagues who share a skill with their team."],
  query: "ai-tool-use",
  techniques: ["T1204.002", "T1671"],
  reference: ACTIONS_REFERENCE,
  actions: ["slack_ai_skill_share_link_created", "slack_ai_skill_external_copy_added"],

  alertTitle: (entry) =>
    `${actorName(entry)} shared or copied a skill of Slack's assistant: ${targetName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "slack_ai_skill_share_link_created",
        entry: exampleEntry("slack_ai_skill_share_link_created"),
      },
      {
        name: "slack_ai_skill_external_copy_added",
        entry: exampleEntry("slack_ai_skill_external_copy_added"),
      },
    ],
    ignore: [
      {
        name: "a link taken back",
        because: "nobody else gets the skill",
        entry: exampleEntry("slack_ai_skill_share_link_revoked"),
      },
    ],
  },
};
