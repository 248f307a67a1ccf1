import type { Correlation } from "../correlation.ts";
import { exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

const failed = () => exampleEntry("user_login_failed");
const succeeded = () => exampleEntry("user_login");

export const loginAfterFailures: Correlation = {
  id: "login-after-failures",
  title: "Sign-in after several failures",
  severity: "high",
  reason:
    "A guessed password looks like this. Compare address and client with those the person usually has, and end the sessions if they differ.",
  checks: [
    "Compare address and client with those the person usually has.",
    "End the sessions and reset the password if they differ.",
  ],
  falsePositives: ["People back from holiday who forgot a password."],
  query: "login-after-failures",
  techniques: ["T1110", "T1078.004"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 15 * 60,
  steps: [
    { actions: ["user_login_failed"], by: ACTOR, atLeast: 5 },
    { actions: ["user_login"], by: ACTOR },
  ],
  alertTitle: (user, { atLeast, within }) =>
    `${user} signed in after at least ${atLeast} failures within ${within}`,
  examples: {
    match: [
      {
        name: "five failures, then a sign-in",
        entries: [
          ...exampleSeries(5, failed),
          ...exampleSeries(1, succeeded, { startSeconds: 600 }),
        ],
      },
    ],
    ignore: [
      {
        name: "four failures, then a sign-in",
        because: "people mistype",
        entries: [
          ...exampleSeries(4, failed),
          ...exampleSeries(1, succeeded, { startSeconds: 60 }),
        ],
      },
      {
        name: "a sign-in, then failures",
        because: "many-failed-logins reports them when there are more",
        entries: [...exampleSeries(1, succeeded), ...exampleSeries(5, failed, { startSeconds: 1 })],
      },
      {
        name: "a sign-in much later",
        because: "the failures have nothing to do with it",
        entries: [
          ...exampleSeries(5, failed),
          ...exampleSeries(1, succeeded, { startSeconds: 900 }),
        ],
      },
    ],
  },
};
