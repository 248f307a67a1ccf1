import { actorName, targetKey, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const maliciousFileShared: Rule = {
  id: "malicious-file-shared",
  title: "Malicious file shared",
  severity: "high",
  reason:
    "Slack found malware in a file. See who uploaded it, where it was shared and who downloaded it.",
  checks: [
    "Find who uploaded and who downloaded the file.",
    "Delete it, and look at the uploader's device.",
  ],
  falsePositives: ["Security people who share samples, and installers of your own."],
  query: "malware-spread",
  techniques: ["T1204.002", "T1080"],
  reference: ACTIONS_REFERENCE,
  actions: ["file_malicious_content_detected"],
  alertTitle: (entry) => `Malware found in ${targetName(entry)} of ${actorName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "file_malicious_content_detected",
        entry: exampleEntry("file_malicious_content_detected", { entity: EXAMPLE_ENTITIES.file }),
      },
    ],
    ignore: [
      {
        name: "a file that Slack blocked by its type",
        because: "its type is not allowed; nothing says that it is malware",
        entry: exampleEntry("file_upload_blocked_by_type", { entity: EXAMPLE_ENTITIES.file }),
      },
    ],
  },
};
