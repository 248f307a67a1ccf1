import { actorKey, actorName, targetName } from "../entry-fields.ts";
import { EXAMPLE_ENTITIES, exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

export const publicFileLinkCreated: Rule = {
  id: "public-file-link-created",
  title: "Public link to a file created",
  severity: "low",
  reason: "Anyone who has the link can read the file, without an account.",
  checks: ["See what the file holds.", "Revoke the link if it should not leave the organization."],
  falsePositives: ["Images for a website, and files for customers."],
  query: "external-sharing",
  techniques: ["T1567"],
  reference: ACTIONS_REFERENCE,
  actions: ["file_public_link_created"],
  alertTitle: (entry) => `${actorName(entry)} created a public link to ${targetName(entry)}`,
  dedupeKey: actorKey,
  examples: {
    match: [
      {
        name: "file_public_link_created",
        entry: exampleEntry("file_public_link_created", { entity: EXAMPLE_ENTITIES.file }),
      },
    ],
    ignore: [
      {
        name: "a link revoked",
        because: "the file is closed again",
        entry: exampleEntry("file_public_link_revoked", { entity: EXAMPLE_ENTITIES.file }),
      },
    ],
  },
};
