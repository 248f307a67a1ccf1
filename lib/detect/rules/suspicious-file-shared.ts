import { FILE_NAME } from "../deciding-column.ts";
import { actorName, targetKey, targetName, textAt } from "../entry-fields.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

const DANGEROUS =
  /\.(?:bat|chm|cmd|cpl|exe|hta|img|iso|jse|lnk|msi|pif|ps1|reg|scr|vbe|vbs|vhdx?|wsf|xll)$/i;

export const suspiciousFileShared: Rule = {
  id: "suspicious-file-shared",
  title: "File of a dangerous type shared",
  severity: "low",
  reason:
    "Windows runs files of these types when someone opens them. People send them rarely, malware often.",
  checks: ["See who sent it, and to whom.", "Open it only in a sandbox."],
  falsePositives: ["Developers and IT people who share installers and scripts."],
  query: "malware-spread",
  techniques: ["T1204.002", "T1080"],
  reference: ACTIONS_REFERENCE,
  actions: ["file_uploaded", "file_shared"],
  decidedBy: FILE_NAME,
  matches: (entry) => DANGEROUS.test(textAt(entry, "entity", "file", "name") ?? ""),
  alertTitle: (entry) => `${actorName(entry)} shared ${targetName(entry)}`,
  dedupeKey: targetKey,
  examples: {
    match: [
      {
        name: "a program",
        entry: exampleEntry("file_uploaded", {
          entity: {
            type: "file",
            file: { id: "F0EXAMPLE1", name: "setup.exe", title: "setup.exe", filetype: "binary" },
          },
        }),
      },
      {
        name: "a document that is none",
        entry: exampleEntry("file_shared", {
          entity: {
            type: "file",
            file: {
              id: "F0EXAMPLE1",
              name: "invoice.pdf.LNK",
              title: "invoice.pdf.LNK",
              filetype: "binary",
            },
          },
        }),
      },
    ],
    ignore: [
      {
        name: "an archive",
        because: "people send them every day; Slack looks for malware in them",
        entry: exampleEntry("file_uploaded", {
          entity: {
            type: "file",
            file: { id: "F0EXAMPLE1", name: "plans.zip", title: "plans.zip", filetype: "binary" },
          },
        }),
      },
      {
        name: "a name that only has the letters",
        because: "its type is another",
        entry: exampleEntry("file_uploaded", {
          entity: {
            type: "file",
            file: {
              id: "F0EXAMPLE1",
              name: "execution.md",
              title: "execution.md",
              filetype: "binary",
            },
          },
        }),
      },
    ],
  },
};
