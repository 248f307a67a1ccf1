import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const ipAllowlistChanged: Rule = {
  id: "ip-allowlist-changed",
  title: "IP allowlist changed",
  severity: "high",
  reason:
    "The allowlist keeps sign-ins to known networks. Check that the new range is one of yours.",
  checks: ["Check that the new range is one of yours.", "Look for sign-ins from it."],
  falsePositives: ["A new office or a new provider."],
  query: "security-settings-changed",
  techniques: ["T1562.007"],
  reference: ACTIONS_REFERENCE,
  actions: [
    "ip_allowlist_enabled",
    "ip_allowlist_disabled",
    "team_authorized_ip_range_set",
    "team_authorized_ip_range_added",
    "team_authorized_ip_range_removed",
  ],
  alertTitle: (entry) =>
    `${actorName(entry)} changed the IP allowlist of ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "ip_allowlist_enabled", entry: exampleEntry("ip_allowlist_enabled") },
      { name: "ip_allowlist_disabled", entry: exampleEntry("ip_allowlist_disabled") },
      { name: "team_authorized_ip_range_set", entry: exampleEntry("team_authorized_ip_range_set") },
      {
        name: "team_authorized_ip_range_added",
        entry: exampleEntry("team_authorized_ip_range_added"),
      },
      {
        name: "team_authorized_ip_range_removed",
        entry: exampleEntry("team_authorized_ip_range_removed"),
      },
    ],
    ignore: [
      {
        name: "an access that the list refused",
        because: "ip-allowlist-access-denied reports it",
        entry: exampleEntry("ip_allowlist_access_denied"),
      },
    ],
  },
};
