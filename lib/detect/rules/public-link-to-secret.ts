import type { AuditLogEntry } from "../../slack/types.ts";
import { actorName, targetKey, targetName, textAt } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

const SECRET_NAME =
  /(?:^|[^a-z])(?:passwords?|passwd|secrets?|credentials?|private[-_ ]?key|id_(?:rsa|ed25519|ecdsa)|api[-_ ]?keys?|access[-_ ]?tokens?)(?:[^a-z]|$)|\.(?:env|kdbx?|key|p12|pem|pfx|ppk)$/i;

function nameLikeSecret(entry: AuditLogEntry): boolean {
  return ["name", "title"].some((field) =>
    SECRET_NAME.test(textAt(entry, "entity", "file", field) ?? ""),
  );
}

export const publicLinkToSecret: Rule = {
  id: "public-link-to-secret",
  title: "Public link to a file that may hold secrets",
  severity: "high",
  reason:
    "Anyone with the link can read it, and its name promises passwords or keys. Revoke the link and change what is in it.",
  checks: [
    "Revoke the link.",
    "Change the passwords and keys in the file, and look for their use.",
  ],
  falsePositives: ["Templates and examples with such a name, such as an empty .env file."],
  query: "external-sharing",
  techniques: ["T1567", "T1552"],
  reference: ACTIONS_REFERENCE,
  actions: ["file_public_link_created"],
  matches: (entry) => nameLikeSecret(entry),
  alertTitle: (entry) => `${actorName(entry)} created a public link to ${targetName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "a private key",
        entry: exampleEntry("file_public_link_created", {
          entity: {
            type: "file",
            file: { id: "F0EXAMPLE1", name: "id_rsa", title: "id_rsa", filetype: "binary" },
          },
        }),
      },
      {
        name: "passwords",
        entry: exampleEntry("file_public_link_created", {
          entity: {
            type: "file",
            file: {
              id: "F0EXAMPLE1",
              name: "Team Passwords.xlsx",
              title: "Team Passwords.xlsx",
              filetype: "binary",
            },
          },
        }),
      },
      {
        name: "an environment",
        entry: exampleEntry("file_public_link_created", {
          entity: {
            type: "file",
            file: { id: "F0EXAMPLE1", name: "prod.env", title: "prod.env", filetype: "binary" },
          },
        }),
      },
    ],
    ignore: [
      {
        name: "an ordinary name",
        because: "public-file-link-created reports it",
        entry: exampleEntry("file_public_link_created", {
          entity: {
            type: "file",
            file: {
              id: "F0EXAMPLE1",
              name: "roadmap.pdf",
              title: "roadmap.pdf",
              filetype: "binary",
            },
          },
        }),
      },
      {
        name: "letters inside another word",
        because: "the name promises no secret",
        entry: exampleEntry("file_public_link_created", {
          entity: {
            type: "file",
            file: {
              id: "F0EXAMPLE1",
              name: "secretary-of-the-month.png",
              title: "secretary-of-the-month.png",
              filetype: "binary",
            },
          },
        }),
      },
    ],
  },
};
