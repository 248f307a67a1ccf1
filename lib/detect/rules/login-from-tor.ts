import { TOR_LIST } from "../context/address-context.ts";
import { IP_ADDRESS } from "../deciding-column.ts";
import { actorName, targetKey, targetName, textAt } from "../entry-fields.ts";
import { EXAMPLE_ADDRESSES, exampleContext, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

const context = exampleContext();
const fromTor = exampleEntry("user_login", { ipAddress: EXAMPLE_ADDRESSES.tor });

export const loginFromTor: Rule = {
  id: "login-from-tor",
  title: "Sign-in through Tor",
  severity: "high",
  reason:
    "The address is on the list of Tor's exits that you gave. Slack reports Tor by itself only when it finds it unusual.",
  checks: [
    "Ask the person whether they used Tor.",
    "End the sessions if not, and see what was read.",
  ],
  falsePositives: ["People in countries that block Slack, and security people who test."],
  query: "user-trail",
  techniques: ["T1090.003", "T1078.004"],
  needs: "addresses",
  reference: ACTIONS_REFERENCE,
  actions: ["user_login"],
  decidedBy: IP_ADDRESS,
  matches: (entry, { addresses }) =>
    addresses?.of(textAt(entry, "context", "ip_address")).lists.includes(TOR_LIST) ?? false,
  alertTitle: (entry) => `${actorName(entry)} signed in as ${targetName(entry)} through Tor`,
  dedupeKey: targetKey,
  examples: {
    match: [{ name: "a sign-in from an exit of Tor", entry: fromTor, context }],
    ignore: [
      {
        name: "a sign-in from elsewhere",
        because: "its address is on no list of exits",
        entry: exampleEntry("user_login"),
        context,
      },
      {
        name: "no list of exits is given",
        because: "nothing says which addresses are Tor's",
        entry: fromTor,
      },
    ],
  },
};
