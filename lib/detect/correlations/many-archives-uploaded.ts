import type { AuditLogEntry } from "../../slack/types.ts";
import type { Correlation } from "../correlation.ts";
import { textAt } from "../entry-fields.ts";
import { exampleEntry, exampleFile, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

const ARCHIVE_NAME = /[.](?:7z|bz2|cab|gz|iso|rar|tar|tgz|xz|zip|zst)$/i;

function isArchive(entry: AuditLogEntry): boolean {
  return ["name", "title"].some((field) =>
    ARCHIVE_NAME.test(textAt(entry, "entity", "file", field) ?? ""),
  );
}

const uploaded = (index: number) =>
  exampleEntry("file_uploaded", { entity: exampleFile(index, `part-${index}.7z`) });

export const manyArchivesUploaded: Correlation = {
  id: "many-archives-uploaded",
  title: "Many archives uploaded by one user",
  severity: "medium",
  reason:
    "Data is packed before it is taken, and Slack is a way out to guests and other organizations. See where the files were shared.",
  checks: [
    "See where the files were shared, and who is in these channels.",
    "Ask the person what is in them.",
  ],
  falsePositives: ["Build results and log bundles that developers exchange."],
  query: "content-access",
  techniques: ["T1560", "T1567"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [{ actions: ["file_uploaded"], matches: isArchive, by: ACTOR, atLeast: 10 }],
  alertTitle: (user, { atLeast, within }) =>
    `${user} uploaded at least ${atLeast} archives within ${within}`,
  examples: {
    match: [{ name: "ten archives", entries: exampleSeries(10, uploaded, { stepSeconds: 60 }) }],
    ignore: [
      {
        name: "nine archives",
        because: "people send them every day",
        entries: exampleSeries(9, uploaded),
      },
      {
        name: "ten other files",
        because: "only archives count",
        entries: exampleSeries(10, (index) =>
          exampleEntry("file_uploaded", { entity: exampleFile(index) }),
        ),
      },
    ],
  },
};
