import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const ssoSettingsChanged: Rule = {
  id: "sso-settings-changed",
  title: "Single sign-on settings changed",
  severity: "high",
  reason:
    "Whoever controls single sign-on can sign in as anyone, and turning it off lets passwords in again.",
  checks: ["Compare the value before and after.", "Look for sign-ins with a password since."],
  falsePositives: ["A move to another identity provider."],
  query: "security-settings-changed",
  techniques: ["T1556"],
  reference: ACTIONS_REFERENCE,
  actions: ["pref.sso_setting_changed", "pref.sso_sync_with_provider"],
  alertTitle: (entry) => `${actorName(entry)} changed single sign-on in ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "pref.sso_setting_changed", entry: exampleEntry("pref.sso_setting_changed") },
      { name: "pref.sso_sync_with_provider", entry: exampleEntry("pref.sso_sync_with_provider") },
    ],
    ignore: [
      {
        name: "a two-factor setting",
        because: "mfa-settings-changed reports it",
        entry: exampleEntry("pref.two_factor_auth_changed"),
      },
    ],
  },
};
