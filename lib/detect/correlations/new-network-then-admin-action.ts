import type { AuditLogEntry } from "../../slack/types.ts";
import { ADMIN_ACTIONS } from "../admin-actions.ts";
import { anomalyReasons, exampleAnomaly } from "../anomaly-rule.ts";
import type { Correlation } from "../correlation.ts";
import { EXAMPLE_ENTITIES, exampleEntry, exampleSeries, exampleUser } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR, ANOMALOUS_USER } from "../subjects.ts";

/** What Slack itself says of the network: no other data is needed. */
const NETWORK_REASONS = ["asn", "ip_address", "tor"];

function isOfNetwork(entry: AuditLogEntry): boolean {
  return anomalyReasons(entry).some((reason) => NETWORK_REASONS.includes(reason));
}

const actorUserId = EXAMPLE_ENTITIES.user.user.id;
const grant = () => exampleEntry("role_change_to_admin", { actorUserId, entity: exampleUser(2) });
const granted = (startSeconds: number) => exampleSeries(1, grant, { startSeconds });
const anomaly = (reason: string) => exampleSeries(1, () => exampleAnomaly([reason]));

export const newNetworkThenAdminAction: Correlation = {
  id: "new-network-then-admin-action",
  title: "New network, then an admin action",
  severity: "high",
  reason:
    "Slack has not seen this user on this network, and soon after the account did what only admins can do. Ask the person by another way than Slack.",
  checks: [
    "Ask the person by another way than Slack.",
    "Undo the action and end the sessions if it was somebody else.",
  ],
  falsePositives: ["Admins on the move."],
  query: "user-trail",
  techniques: ["T1078.004", "T1098"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [
    { actions: ["anomaly"], matches: isOfNetwork, by: ANOMALOUS_USER },
    { actions: ADMIN_ACTIONS, by: ACTOR },
  ],
  alertTitle: (user, { within }) =>
    `${user} came from a new network and did what only admins can, within ${within}`,
  examples: {
    match: [
      { name: "someone is made admin", entries: [...anomaly("asn"), ...granted(600)] },
      { name: "from Tor", entries: [...anomaly("tor"), ...granted(600)] },
    ],
    ignore: [
      {
        name: "another anomaly",
        because: "it says nothing of the network",
        entries: [...anomaly("unexpected_client"), ...granted(600)],
      },
      {
        name: "the admin action before",
        because: "it was done from the usual network",
        entries: [
          ...exampleSeries(1, grant),
          ...exampleSeries(1, () => exampleAnomaly(["asn"]), { startSeconds: 60 }),
        ],
      },
    ],
  },
};
