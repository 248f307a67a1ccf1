import type { AuditLogEntry } from "../../slack/types.ts";
import { TOR_LIST } from "../context/address-context.ts";
import { IP_ADDRESS } from "../deciding-column.ts";
import { actorName, targetKey, targetName, textAt } from "../entry-fields.ts";
import { EXAMPLE_ADDRESSES, exampleContext, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule, type RuleContext } from "../rule.ts";

const context = exampleContext();
const listed = exampleEntry("user_login", { ipAddress: EXAMPLE_ADDRESSES.threat });

/** Lists of the user's own that hold the entry's address. */
function threatLists(entry: AuditLogEntry, { addresses }: RuleContext): string[] {
  const lists = addresses?.of(textAt(entry, "context", "ip_address")).lists ?? [];
  return lists.filter((name) => name !== TOR_LIST);
}

export const loginFromThreatList: Rule = {
  id: "login-from-threat-list",
  title: "Sign-in from an address on a threat list of yours",
  severity: "high",
  reason:
    "The address is on a list of threats that you gave. Whoever signed in has the password, or the person's device.",
  checks: [
    "See what else came from the address.",
    "End the sessions of the user, and block the address.",
  ],
  falsePositives: ["Shared addresses of VPNs and mobile networks stay on lists for long."],
  query: "address-trail",
  techniques: ["T1078.004"],
  needs: "addresses",
  reference: ACTIONS_REFERENCE,
  actions: ["user_login"],
  decidedBy: IP_ADDRESS,
  matches: (entry, given) => threatLists(entry, given).length > 0,
  alertTitle: (entry) =>
    `${actorName(entry)} signed in as ${targetName(entry)} from an address on a threat list`,
  dedupeKey: targetKey,
  examples: {
    match: [{ name: "a sign-in from a listed address", entry: listed, context }],
    ignore: [
      {
        name: "a sign-in through Tor",
        because: "login-from-tor reports it",
        entry: exampleEntry("user_login", { ipAddress: EXAMPLE_ADDRESSES.tor }),
        context,
      },
      {
        name: "a sign-in from elsewhere",
        because: "its address is on no list",
        entry: exampleEntry("user_login"),
        context,
      },
      {
        name: "no list is given",
        because: "nothing says which addresses are dangerous",
        entry: listed,
      },
    ],
  },
};
