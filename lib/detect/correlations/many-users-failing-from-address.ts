import type { Correlation } from "../correlation.ts";
import { exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR, ADDRESS } from "../subjects.ts";

const actorOf = ACTOR.id;

const failed = (index: number) => exampleEntry("user_login_failed", { actorUserId: `U${index}` });

export const manyUsersFailingFromAddress: Correlation = {
  id: "many-users-failing-from-address",
  title: "Failed sign-ins of many users from one address",
  severity: "high",
  reason:
    "One address tries many accounts: a list of leaked passwords, or one password for all. See with the query address-trail who signed in from it.",
  checks: [
    "See who signed in from the address.",
    "Block it, and reset the passwords of those who did.",
  ],
  falsePositives: ["An office behind one address after passwords have expired."],
  query: "address-trail",
  techniques: ["T1110.003"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [{ actions: ["user_login_failed"], by: ADDRESS, atLeast: 10, distinct: actorOf }],
  alertTitle: (address, { atLeast, within }) =>
    `At least ${atLeast} users failed to sign in from ${address} within ${within}`,
  examples: {
    match: [{ name: "ten users", entries: exampleSeries(10, failed, { stepSeconds: 300 }) }],
    ignore: [
      {
        name: "nine users",
        because: "offices share an address, and people mistype",
        entries: exampleSeries(9, failed),
      },
      {
        name: "one user again and again",
        because: "many-failed-logins reports it",
        entries: exampleSeries(30, () => failed(1)),
      },
    ],
  },
};
