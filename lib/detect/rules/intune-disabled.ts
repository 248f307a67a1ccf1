import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const intuneDisabled: Rule = {
  id: "intune-disabled",
  title: "Intune mobile management disabled",
  severity: "high",
  reason: "Unmanaged phones can reach the workspace again.",
  checks: ["Ask those who manage devices.", "See who signed in from phones since."],
  falsePositives: ["A move to another mobile management."],
  query: "security-settings-changed",
  techniques: ["T1562.001"],
  reference: ACTIONS_REFERENCE,
  actions: ["intune_disabled"],
  alertTitle: (entry) =>
    `${actorName(entry)} disabled Intune mobile management in ${placeName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [{ name: "intune_disabled", entry: exampleEntry("intune_disabled") }],
    ignore: [
      {
        name: "turned on",
        because: "it guards more, not less",
        entry: exampleEntry("intune_enabled"),
      },
    ],
  },
};
