import type { Correlation } from "../correlation.ts";
import { IP_ADDRESS } from "../deciding-column.ts";
import {
  EXAMPLE_ADDRESSES,
  exampleContext,
  exampleEntry,
  exampleFile,
  exampleSeries,
} from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { SESSION } from "../subjects.ts";
import { countryOfPerson } from "../travel.ts";

/** What people do often, and attackers with a stolen session do too. */
const ACTIONS = [
  "user_login",
  "canvas_opened",
  "canvas_downloaded",
  "file_downloaded",
  "file_shared",
  "file_uploaded",
  "list_downloaded",
  "list_opened",
  "public_channel_preview",
  "user_channel_join",
];

const context = exampleContext();
const { home, abroad, office, tor } = EXAMPLE_ADDRESSES;
const download = (ipAddress: string, sessionId = 1) =>
  exampleEntry("file_downloaded", { entity: exampleFile(1), ipAddress, sessionId });
const first = exampleSeries(1, () => download(home));
const then = (ipAddress: string, startSeconds: number, sessionId = 1) =>
  exampleSeries(1, () => download(ipAddress, sessionId), { startSeconds });

export const sessionInTwoCountries: Correlation = {
  id: "session-in-two-countries",
  title: "One session in two countries",
  severity: "high",
  reason:
    "One session cookie was used from two countries within a time in which no plane gets from one to the other: the sign of a stolen cookie. End the sessions of the user.",
  checks: [
    "Compare the clients of both addresses, with the query stolen-sessions.",
    "Ask the person whether a VPN was turned on or off, and end the sessions if not.",
  ],
  falsePositives: [
    "A private VPN that is turned on or off, and phones near a border or in roaming.",
  ],
  query: "stolen-sessions",
  techniques: ["T1539", "T1550.004"],
  needs: "addresses",
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [
    {
      actions: ACTIONS,
      by: SESSION,
      atLeast: 2,
      distinctBy: IP_ADDRESS,
      distinct: countryOfPerson,
    },
  ],
  alertTitle: (user, { atLeast, within }) =>
    `One session of ${user} was in at least ${atLeast} countries within ${within}`,
  examples: {
    match: [
      { name: "from home, then from abroad", entries: [...first, ...then(abroad, 1800)], context },
    ],
    ignore: [
      {
        name: "an hour later",
        because: "a plane may have taken the person there",
        entries: [...first, ...then(abroad, 3600)],
        context,
      },
      {
        name: "another session",
        because: "logins-from-two-countries looks at people",
        entries: [...first, ...then(abroad, 1800, 2)],
        context,
      },
      {
        name: "from a network of yours",
        because: "the VPN says nothing of where the person is",
        entries: [...then(abroad, 0), ...then(office, 60)],
        context,
      },
      {
        name: "through Tor",
        because: "an exit says nothing of where the person is",
        entries: [...first, ...then(tor, 60)],
        context,
      },
      {
        name: "no database of countries is given",
        because: "entries do not say in which country an address is",
        entries: [...first, ...then(abroad, 1800)],
      },
    ],
  },
};
