import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const aiSettingsChanged: Rule = {
  id: "ai-settings-changed",
  title: "Settings of Slack's assistants changed",
  severity: "low",
  reason: "Decides what assistants may read, search and write, and for whom.",
  checks: ["Compare the value before and after.", "Ask the admin for the decision behind it."],
  falsePositives: ["Slack introduces a setting, and an admin opens its page for the first time."],
  query: "settings-changed",
  techniques: ["T1562.001", "T1213.005"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "pref.agentforce_workspaces_settings_changed",
    "pref.ai_feature_default_access_changed",
    "pref.allow_huddles_transcriptions_changed",
    "pref.allow_slack_ai_changed",
    "pref.enterprise_search_connectors",
    "pref.enterprise_search_connectors_changed",
    "pref.enterprise_search_connectors_config_changed",
    "pref.enterprise_search_enabled",
    "pref.enterprise_search_enabled_changed",
    "pref.ml_opt_out",
    "pref.slack_ai_allowed_search_files_changed",
    "pref.slack_ai_allowed_workspaces_changed",
    "pref.slackbot_ai_canvas_write_enabled_changed",
    "slack_ai_permissions_reset",
  ],

  alertTitle: (entry) =>
    `${actorName(entry)} changed what Slack's assistants may do in ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "pref.agentforce_workspaces_settings_changed",
        entry: exampleEntry("pref.agentforce_workspaces_settings_changed"),
      },
      {
        name: "pref.ai_feature_default_access_changed",
        entry: exampleEntry("pref.ai_feature_default_access_changed"),
      },
      {
        name: "pref.allow_huddles_transcriptions_changed",
        entry: exampleEntry("pref.allow_huddles_transcriptions_changed"),
      },
      { name: "pref.allow_slack_ai_changed", entry: exampleEntry("pref.allow_slack_ai_changed") },
      {
        name: "pref.enterprise_search_connectors",
        entry: exampleEntry("pref.enterprise_search_connectors"),
      },
      {
        name: "pref.enterprise_search_connectors_changed",
        entry: exampleEntry("pref.enterprise_search_connectors_changed"),
      },
      {
        name: "pref.enterprise_search_connectors_config_changed",
        entry: exampleEntry("pref.enterprise_search_connectors_config_changed"),
      },
      {
        name: "pref.enterprise_search_enabled",
        entry: exampleEntry("pref.enterprise_search_enabled"),
      },
      {
        name: "pref.enterprise_search_enabled_changed",
        entry: exampleEntry("pref.enterprise_search_enabled_changed"),
      },
      { name: "pref.ml_opt_out", entry: exampleEntry("pref.ml_opt_out") },
      {
        name: "pref.slack_ai_allowed_search_files_changed",
        entry: exampleEntry("pref.slack_ai_allowed_search_files_changed"),
      },
      {
        name: "pref.slack_ai_allowed_workspaces_changed",
        entry: exampleEntry("pref.slack_ai_allowed_workspaces_changed"),
      },
      {
        name: "pref.slackbot_ai_canvas_write_enabled_changed",
        entry: exampleEntry("pref.slackbot_ai_canvas_write_enabled_changed"),
      },
      { name: "slack_ai_permissions_reset", entry: exampleEntry("slack_ai_permissions_reset") },
    ],
    ignore: [
      {
        name: "feedback about answers",
        because: "it opens no content",
        entry: exampleEntry("pref.slack_ai_allow_feedback_changed"),
      },
    ],
  },
};
