import type { Correlation } from "../correlation.ts";
import { IP_ADDRESS } from "../deciding-column.ts";
import {
  EXAMPLE_ADDRESSES,
  exampleContext,
  exampleEntry,
  exampleSeries,
} from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";
import { countryOfPerson } from "../travel.ts";

const context = exampleContext();
const { home, abroad, office } = EXAMPLE_ADDRESSES;
const login = (ipAddress: string, startSeconds = 0, actorUserId = "U0ADMIN001") =>
  exampleSeries(1, () => exampleEntry("user_login", { ipAddress, actorUserId }), { startSeconds });

export const loginsFromTwoCountries: Correlation = {
  id: "logins-from-two-countries",
  title: "Sign-ins of one user from two countries",
  severity: "medium",
  reason:
    "One user signed in from two countries within a time in which no plane gets from one to the other. Someone else has the password, or a VPN hides the person.",
  checks: [
    "Compare addresses and clients with those the person usually has.",
    "Ask the person by another way than Slack, and reset the password if it was somebody else.",
  ],
  falsePositives: [
    "A private VPN that is turned on or off, and phones near a border or in roaming.",
  ],
  query: "user-trail",
  techniques: ["T1078.004"],
  needs: "addresses",
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [
    {
      actions: ["user_login"],
      by: ACTOR,
      atLeast: 2,
      distinctBy: IP_ADDRESS,
      distinct: countryOfPerson,
    },
  ],
  alertTitle: (user, { atLeast, within }) =>
    `${user} signed in from at least ${atLeast} countries within ${within}`,
  examples: {
    match: [
      {
        name: "from home, then from abroad",
        entries: [...login(home), ...login(abroad, 1800)],
        context,
      },
    ],
    ignore: [
      {
        name: "twice from one country",
        because: "people sign in on several devices",
        entries: [...login(abroad), ...login("203.0.113.8", 60)],
        context,
      },
      {
        name: "an hour later",
        because: "a plane may have taken the person there",
        entries: [...login(home), ...login(abroad, 3600)],
        context,
      },
      {
        name: "two users",
        because: "each was in one country",
        entries: [...login(home), ...login(abroad, 60, "U0OTHER001")],
        context,
      },
      {
        name: "from a network of yours",
        because: "the VPN says nothing of where the person is",
        entries: [...login(abroad), ...login(office, 60)],
        context,
      },
      {
        name: "no database of countries is given",
        because: "entries do not say in which country an address is",
        entries: [...login(home), ...login(abroad, 1800)],
      },
    ],
  },
};
