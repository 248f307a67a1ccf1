import type { Correlation } from "../correlation.ts";
import { exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

const failed = (index: number) =>
  exampleEntry("user_login_failed", { actorUserId: "U0GUESSED1", ipAddress: `192.0.2.${index}` });

export const manyFailedLogins: Correlation = {
  id: "many-failed-logins",
  title: "Many failed sign-ins of one user",
  severity: "medium",
  reason:
    "Someone tries passwords, from one address or from many. See whether one attempt succeeded, and reset the password if the person did not do it.",
  checks: ["See whether one attempt succeeded.", "Reset the password if the person did not try."],
  falsePositives: ["A device with an old password that tries again and again."],
  query: "failed-logins-and-session-resets",
  techniques: ["T1110.001"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 10 * 60,
  steps: [{ actions: ["user_login_failed"], by: ACTOR, atLeast: 10 }],
  alertTitle: (user, { atLeast, within }) =>
    `${user} failed to sign in at least ${atLeast} times within ${within}`,
  examples: {
    match: [
      {
        name: "an attempt every half minute",
        entries: exampleSeries(10, failed, { stepSeconds: 30 }),
      },
    ],
    ignore: [
      {
        name: "nine attempts",
        because: "people mistype",
        entries: exampleSeries(9, failed, { stepSeconds: 30 }),
      },
      {
        name: "ten attempts over more than ten minutes",
        because: "nobody guesses that slowly",
        entries: exampleSeries(10, failed, { stepSeconds: 67 }),
      },
    ],
  },
};
