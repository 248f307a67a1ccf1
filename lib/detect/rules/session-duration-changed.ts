import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const sessionDurationChanged: Rule = {
  id: "session-duration-changed",
  title: "Session duration changed",
  severity: "low",
  reason: "Longer sessions keep a stolen cookie useful for longer.",
  checks: ["Compare the time before and after.", "Ask who decided it."],
  falsePositives: ["Fewer sign-ins on phones, decided by those who run Slack."],
  query: "security-settings-changed",
  techniques: ["T1550.004"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "pref.session_duration_changed",
    "pref.session_duration_type_changed",
    "pref.mobile_session_duration_changed",
  ],
  alertTitle: (entry) => `${actorName(entry)} changed the session duration in ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "pref.session_duration_changed",
        entry: exampleEntry("pref.session_duration_changed"),
      },
      {
        name: "pref.session_duration_type_changed",
        entry: exampleEntry("pref.session_duration_type_changed"),
      },
      {
        name: "pref.mobile_session_duration_changed",
        entry: exampleEntry("pref.mobile_session_duration_changed"),
      },
    ],
    ignore: [
      {
        name: "a user whose own settings changed",
        because: "it concerns one account, not all",
        entry: exampleEntry("user_session_settings_changed"),
      },
    ],
  },
};
