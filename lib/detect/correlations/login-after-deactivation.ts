import type { Correlation } from "../correlation.ts";
import { EXAMPLE_ENTITIES, exampleEntry, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR, TARGET_USER } from "../subjects.ts";

const entity = EXAMPLE_ENTITIES.user;
const login = () => exampleEntry("user_login", { actorUserId: entity.user.id });
const deactivated = exampleSeries(1, () => exampleEntry("user_deactivated", { entity }));
const signedIn = (startSeconds: number) => exampleSeries(1, login, { startSeconds });

export const loginAfterDeactivation: Correlation = {
  id: "login-after-deactivation",
  title: "Sign-in of a user who was just deactivated",
  severity: "high",
  reason:
    "A deactivated account cannot sign in: either someone activated it again, or the deactivation did not reach the account that is used. See who, and why.",
  checks: [
    "See who activated the account again.",
    "Deactivate it in the identity provider, and end its sessions.",
  ],
  falsePositives: ["A deactivation by mistake that was undone."],
  query: "activity-after-deactivation",
  techniques: ["T1078.004", "T1098"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [
    { actions: ["user_deactivated", "guest_deactivated"], by: TARGET_USER },
    { actions: ["user_login"], by: ACTOR },
  ],
  alertTitle: (user, { within }) => `${user} signed in within ${within} of being deactivated`,
  examples: {
    match: [{ name: "a sign-in minutes later", entries: [...deactivated, ...signedIn(300)] }],
    ignore: [
      {
        name: "a sign-in before",
        because: "that is why the account was deactivated",
        entries: [
          ...exampleSeries(1, login),
          ...exampleSeries(1, () => exampleEntry("user_deactivated", { entity }), {
            startSeconds: 60,
          }),
        ],
      },
      {
        name: "a sign-in much later",
        because: "people return, and user-reactivated reports it",
        entries: [...deactivated, ...signedIn(3600)],
      },
    ],
  },
};
