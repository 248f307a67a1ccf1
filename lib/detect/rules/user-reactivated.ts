import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const userReactivated: Rule = {
  id: "user-reactivated",
  title: "Account reactivated",
  severity: "low",
  reason:
    "An account that was closed is open again, with its old rights. Confirm that the person came back.",
  checks: ["Ask the person's manager.", "See what the account did since."],
  falsePositives: ["People who come back, and accounts that were closed by mistake."],
  query: "account-changes",
  techniques: ["T1078.004", "T1098"],
  reference: ACTIONS_REFERENCE,
  actions: ["user_reactivated", "guest_reactivated"],

  alertTitle: (entry) => `${actorName(entry)} reactivated ${targetName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "user_reactivated",
        entry: exampleEntry("user_reactivated", { entity: EXAMPLE_ENTITIES.user }),
      },
      {
        name: "guest_reactivated",
        entry: exampleEntry("guest_reactivated", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
    ignore: [
      {
        name: "a new account",
        because: "it has no old rights",
        entry: exampleEntry("user_created", { entity: EXAMPLE_ENTITIES.user }),
      },
    ],
  },
};
