import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const seamlessAuthChanged: Rule = {
  id: "seamless-auth-changed",
  title: "Salesforce may sign people in to Slack",
  severity: "medium",
  reason:
    "With seamless authentication a Salesforce organization vouches for people. Check that it is one of yours.",
  checks: ["Check that the Salesforce organization is yours.", "Look for sign-ins through it."],
  falsePositives: ["A planned connection with Salesforce."],
  query: "security-settings-changed",
  techniques: ["T1484.002", "T1556"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "seamless_auth_org_created",
    "seamless_auth_org_update",
    "seamless_auth_org_updated",
    "seamless_auth_team_token_created",
  ],

  alertTitle: (entry) =>
    `${actorName(entry)} changed who vouches for people of ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "seamless_auth_org_created", entry: exampleEntry("seamless_auth_org_created") },
      { name: "seamless_auth_org_update", entry: exampleEntry("seamless_auth_org_update") },
      { name: "seamless_auth_org_updated", entry: exampleEntry("seamless_auth_org_updated") },
      {
        name: "seamless_auth_team_token_created",
        entry: exampleEntry("seamless_auth_team_token_created"),
      },
    ],
    ignore: [
      {
        name: "a token of one user",
        because: "it comes with each person who works in both; the connection was reported",
        entry: exampleEntry("seamless_auth_user_token_created"),
      },
      {
        name: "an organization disconnected",
        because: "it vouches for nobody any more",
        entry: exampleEntry("seamless_auth_org_disconnected"),
      },
    ],
  },
};
