import type { Correlation } from "../correlation.ts";
import { exampleEntry, exampleSeries, exampleUser } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR, TARGET_USER } from "../subjects.ts";

const granted = (index: number) =>
  exampleEntry("role_change_to_admin", { entity: exampleUser(index) });

export const manyAdminsGranted: Correlation = {
  id: "many-admins-granted",
  title: "Several people made admin by one user",
  severity: "high",
  reason:
    "An attacker with an owner's account makes more accounts powerful, to be able to return. Each grant has an alert of its own; several in a row are rarely planned.",
  checks: [
    "Reach the person by another way than Slack.",
    "Take the roles away, and end the sessions of all of them, if nobody knows.",
  ],
  falsePositives: ["A new team that runs Slack."],
  query: "admin-and-role-grants",
  techniques: ["T1098.003"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [
    {
      actions: ["role_change_to_admin", "role_change_to_owner"],
      by: ACTOR,
      atLeast: 3,
      distinct: TARGET_USER.id,
    },
  ],
  alertTitle: (user, { atLeast, within }) =>
    `${user} made at least ${atLeast} people admin or owner within ${within}`,
  examples: {
    match: [{ name: "three people", entries: exampleSeries(3, granted, { stepSeconds: 900 }) }],
    ignore: [
      {
        name: "two people",
        because: "a handover is one or two",
        entries: exampleSeries(2, granted),
      },
      {
        name: "one person in three workspaces",
        because: "it is one person",
        entries: exampleSeries(3, () => granted(1)),
      },
    ],
  },
};
