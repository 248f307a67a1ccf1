import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const informationBarrierChanged: Rule = {
  id: "information-barrier-changed",
  title: "Information barrier changed or removed",
  severity: "high",
  reason: "Barriers keep groups apart that must not talk, often by law.",
  checks: ["Ask compliance whether they know of it.", "See who could talk to whom since."],
  falsePositives: ["A reorganization that compliance has approved."],
  query: "security-settings-changed",
  techniques: ["T1562.001"],
  reference: ACTIONS_REFERENCE,
  actions: ["barrier_updated", "barrier_deleted"],
  alertTitle: (entry) =>
    `${actorName(entry)} changed an information barrier in ${placeName(entry)} (${entry.action})`,
  dedupeKey: targetKey,
  examples: {
    match: [
      { name: "barrier_updated", entry: exampleEntry("barrier_updated") },
      { name: "barrier_deleted", entry: exampleEntry("barrier_deleted") },
    ],
    ignore: [
      {
        name: "a new barrier",
        because: "it keeps more apart, not less",
        entry: exampleEntry("barrier_created"),
      },
    ],
  },
};
