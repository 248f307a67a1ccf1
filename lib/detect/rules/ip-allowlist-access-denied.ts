import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const ipAllowlistAccessDenied: Rule = {
  id: "ip-allowlist-access-denied",
  title: "Access from outside the IP allowlist",
  severity: "low",
  reason:
    "Someone with a valid session or password came from a network that is not allowed. Often a person on the move; a stolen session when the address is foreign.",
  checks: [
    "See which country and network the address belongs to.",
    "End the sessions if the person was not there.",
  ],
  falsePositives: ["People on the move, and a VPN that was off."],
  query: "address-trail",
  techniques: ["T1078.004"],
  reference: ACTIONS_REFERENCE,
  actions: ["ip_allowlist_access_denied"],
  alertTitle: (entry) =>
    `${actorName(entry)} was refused by the IP allowlist in ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "ip_allowlist_access_denied", entry: exampleEntry("ip_allowlist_access_denied") },
    ],
    ignore: [
      {
        name: "the list itself changed",
        because: "ip-allowlist-changed reports it",
        entry: exampleEntry("ip_allowlist_disabled"),
      },
    ],
  },
};
