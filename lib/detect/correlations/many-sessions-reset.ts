import type { Correlation } from "../correlation.ts";
import { exampleEntry, exampleSeries, exampleUser } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR, TARGET_USER } from "../subjects.ts";

const reset = (index: number) =>
  exampleEntry("user_session_reset_by_admin", { entity: exampleUser(index) });

export const manySessionsReset: Correlation = {
  id: "many-sessions-reset",
  title: "Sessions of many users reset one by one",
  severity: "medium",
  reason:
    "Signs many people out without the action for many. Done in an emergency, or to disturb the work.",
  checks: [
    "Ask the admin for the incident behind it.",
    "See what else the admin did in that hour.",
  ],
  falsePositives: ["The answer to an incident."],
  query: "failed-logins-and-session-resets",
  techniques: ["T1531"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 10 * 60,
  steps: [
    { actions: ["user_session_reset_by_admin"], by: ACTOR, atLeast: 20, distinct: TARGET_USER.id },
  ],
  alertTitle: (admin, { atLeast, within }) =>
    `${admin} reset the sessions of at least ${atLeast} users within ${within}`,
  examples: {
    match: [{ name: "twenty users", entries: exampleSeries(20, reset) }],
    ignore: [
      {
        name: "nineteen users",
        because: "user-session-reset reports them",
        entries: exampleSeries(19, reset),
      },
      {
        name: "one user again and again",
        because: "it is one person, with many devices",
        entries: exampleSeries(20, () => reset(1)),
      },
    ],
  },
};
