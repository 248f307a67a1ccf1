import { actorName, placeName, targetKey } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const publicFileLinkPolicyChanged: Rule = {
  id: "public-file-link-policy-changed",
  title: "Public file link policy changed",
  severity: "medium",
  reason: "Public links open files to anyone who has the address.",
  checks: ["Compare the value before and after.", "See which public links were created since."],
  falsePositives: ["A decision of those who run Slack."],
  query: "external-sharing",
  techniques: ["T1562.001", "T1567"],
  reference: ACTIONS_REFERENCE,
  actions: ["pref.disallow_public_file_urls"],
  alertTitle: (entry) =>
    `${actorName(entry)} changed whether files in ${placeName(entry)} may have public links`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "pref.disallow_public_file_urls",
        entry: exampleEntry("pref.disallow_public_file_urls"),
      },
    ],
    ignore: [
      {
        name: "one public link",
        because: "public-file-link-created reports it",
        entry: exampleEntry("file_public_link_created"),
      },
    ],
  },
};
