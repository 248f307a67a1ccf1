import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const externalSharingPolicyChanged: Rule = {
  id: "external-sharing-policy-changed",
  title: "Slack Connect policy changed",
  severity: "medium",
  reason: "Decides who may share channels and messages with other organizations, and with which.",
  checks: ["Compare the value before and after.", "See which channels were shared since."],
  falsePositives: ["A review of the policy by those who run Slack."],
  query: "external-sharing",
  techniques: ["T1562.001", "T1199"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "approved_orgs_added",
    "pref.who_can_manage_ext_shared_channels",
    "pref.who_can_dm_anyone",
    "pref.can_receive_shared_channels_invites",
    "pref.slack_connect_allowed_workspaces",
    "pref.slack_connect_dm_only_verified_orgs",
    "pref.slack_connect_approval_type",
    "slack_connect_pref_set",
    "slack_connect_pref_removed",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed the Slack Connect policy of ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "approved_orgs_added", entry: exampleEntry("approved_orgs_added") },
      {
        name: "pref.who_can_manage_ext_shared_channels",
        entry: exampleEntry("pref.who_can_manage_ext_shared_channels"),
      },
      { name: "pref.who_can_dm_anyone", entry: exampleEntry("pref.who_can_dm_anyone") },
      {
        name: "pref.can_receive_shared_channels_invites",
        entry: exampleEntry("pref.can_receive_shared_channels_invites"),
      },
      {
        name: "pref.slack_connect_allowed_workspaces",
        entry: exampleEntry("pref.slack_connect_allowed_workspaces"),
      },
      {
        name: "pref.slack_connect_dm_only_verified_orgs",
        entry: exampleEntry("pref.slack_connect_dm_only_verified_orgs"),
      },
      {
        name: "pref.slack_connect_approval_type",
        entry: exampleEntry("pref.slack_connect_approval_type"),
      },
      { name: "slack_connect_pref_set", entry: exampleEntry("slack_connect_pref_set") },
      { name: "slack_connect_pref_removed", entry: exampleEntry("slack_connect_pref_removed") },
    ],
    ignore: [
      {
        name: "one invitation",
        because: "external-organization-invited reports it",
        entry: exampleEntry("external_shared_channel_invite_sent"),
      },
    ],
  },
};
