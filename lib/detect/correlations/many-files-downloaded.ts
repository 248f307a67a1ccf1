import type { AuditLogEntry } from "../../slack/types.ts";
import type { Correlation } from "../correlation.ts";
import { textAt } from "../entry-fields.ts";
import { exampleEntry, exampleFile, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

function fileOf(entry: AuditLogEntry): string | undefined {
  return textAt(entry, "entity", "file", "id");
}

const downloaded = (index: number) =>
  exampleEntry("file_downloaded", { entity: exampleFile(index) });

export const manyFilesDownloaded: Correlation = {
  id: "many-files-downloaded",
  title: "Many files downloaded by one user",
  severity: "high",
  reason:
    "Far more files than a person reads: someone about to leave, or a stolen session. Ask the person, and look at the address and the client.",
  checks: [
    "List the files and their channels.",
    "Look at the address and the client, and ask the person.",
  ],
  falsePositives: ["A backup of a project, legal or audit work."],
  query: "downloads-by-volume",
  techniques: ["T1213.005", "T1530"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [{ actions: ["file_downloaded"], by: ACTOR, atLeast: 100, distinct: fileOf }],
  alertTitle: (user, { atLeast, within }) =>
    `${user} downloaded at least ${atLeast} files within ${within}`,
  examples: {
    match: [
      { name: "a hundred files", entries: exampleSeries(100, downloaded, { stepSeconds: 10 }) },
    ],
    ignore: [
      {
        name: "ninety-nine files",
        because: "the query file-downloads-by-volume counts them",
        entries: exampleSeries(99, downloaded),
      },
      {
        name: "one file a hundred times",
        because: "a page that shows it loads it each time",
        entries: exampleSeries(100, () => downloaded(1)),
      },
      {
        name: "a hundred files over a day",
        because: "the query file-downloads-by-volume counts them",
        entries: exampleSeries(100, downloaded, { stepSeconds: 600 }),
      },
    ],
  },
};
