import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const mfaSettingsChanged: Rule = {
  id: "mfa-settings-changed",
  title: "Two-factor authentication settings changed",
  severity: "high",
  reason:
    "Weaker two-factor authentication opens every account to a stolen password. Check who changed it, and the value before and after.",
  checks: ["Compare the value before and after.", "Put it back until someone explains it."],
  falsePositives: ["A move of two-factor authentication to the identity provider."],
  query: "security-settings-changed",
  techniques: ["T1556.006"],
  reference: ACTIONS_REFERENCE,
  actions: ["pref.two_factor_auth_changed", "pref.two_factor_prevent_sms_changed"],
  alertTitle: (entry) =>
    `${actorName(entry)} changed two-factor authentication in ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "pref.two_factor_auth_changed", entry: exampleEntry("pref.two_factor_auth_changed") },
      {
        name: "pref.two_factor_prevent_sms_changed",
        entry: exampleEntry("pref.two_factor_prevent_sms_changed"),
      },
    ],
    ignore: [
      {
        name: "another setting",
        because: "it has nothing to do with signing in",
        entry: exampleEntry("pref.dnd_enabled"),
      },
    ],
  },
};
