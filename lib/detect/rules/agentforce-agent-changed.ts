import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const agentforceAgentChanged: Rule = {
  id: "agentforce-agent-changed",
  title: "Agent connected, activated or given other actions",
  severity: "low",
  reason: "An agent acts in Slack by itself, as far as its actions go. Check who answers for it.",
  checks: [
    "See which actions the agent has now, and which data they reach.",
    "Name a person who answers for the agent.",
  ],
  falsePositives: ["Planned roll-outs of an agent, and their tests."],
  query: "ai-tool-use",
  techniques: ["T1671"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "agentforce_agent_activated",
    "agentforce_agent_slack_connection_added",
    "agentforce_agent_actions_updated",
  ],

  alertTitle: (entry) =>
    `${actorName(entry)} changed the agent ${targetName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "agentforce_agent_activated",
        entry: exampleEntry("agentforce_agent_activated", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "agentforce_agent_slack_connection_added",
        entry: exampleEntry("agentforce_agent_slack_connection_added", {
          entity: EXAMPLE_ENTITIES.app,
        }),
      },
      {
        name: "agentforce_agent_actions_updated",
        entry: exampleEntry("agentforce_agent_actions_updated", { entity: EXAMPLE_ENTITIES.app }),
      },
    ],
    ignore: [
      {
        name: "an agent switched off",
        because: "it does nothing any more",
        entry: exampleEntry("agentforce_agent_deactivated", { entity: EXAMPLE_ENTITIES.app }),
      },
      {
        name: "another name or picture",
        because: "the agent can do what it could before",
        entry: exampleEntry("agentforce_agent_metadata_updated", { entity: EXAMPLE_ENTITIES.app }),
      },
    ],
  },
};
