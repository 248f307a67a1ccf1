import { ADMIN_ACTIONS } from "../admin-actions.ts";
import { actorName, isSlack, targetKey, targetName, textAt } from "../entry-fields.ts";
import { EXAMPLE_ADDRESSES, exampleContext, exampleEntry, exampleUser } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

const context = exampleContext();
const grant = (ipAddress: string, actorUserId?: string) =>
  exampleEntry("role_change_to_admin", {
    entity: exampleUser(2),
    ipAddress,
    ...(actorUserId === undefined ? {} : { actorUserId }),
  });

export const adminActionFromUnknownNetwork: Rule = {
  id: "admin-action-from-unknown-network",
  title: "Admin action from a network that is not yours",
  severity: "medium",
  reason:
    "Admins work from your networks; this address is in none of those that you gave. Ask the person by another way than Slack.",
  checks: [
    "See who owns the network, and what else the admin did from it.",
    "Undo the action and end the sessions if it was somebody else.",
  ],
  falsePositives: ["Admins at home or on the move without the VPN, and new ranges of your own."],
  query: "user-trail",
  techniques: ["T1078.004", "T1098"],
  needs: "addresses",
  reference: ACTIONS_REFERENCE,
  actions: ADMIN_ACTIONS,
  matches: (entry, { addresses }) => {
    const address = textAt(entry, "context", "ip_address");
    return !isSlack(entry) && addresses?.of(address).isKnownNetwork === false;
  },
  alertTitle: (entry) =>
    `${actorName(entry)} acted as an admin from an unknown network on ${targetName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "from abroad", entry: grant(EXAMPLE_ADDRESSES.abroad), context },
      { name: "from a home", entry: grant(EXAMPLE_ADDRESSES.home), context },
    ],
    ignore: [
      {
        name: "from the office",
        because: "the network is one of yours",
        entry: grant(EXAMPLE_ADDRESSES.office),
        context,
      },
      {
        name: "by Slack itself",
        because: "Slack's servers are not on your networks",
        entry: grant(EXAMPLE_ADDRESSES.abroad, "USLACKUSER"),
        context,
      },
      {
        name: "no networks are given",
        because: "nothing says which are yours",
        entry: grant(EXAMPLE_ADDRESSES.abroad),
      },
    ],
  },
};
