import type { Correlation } from "../correlation.ts";
import { exampleEntry, exampleFile, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

const deleted = (index: number) => exampleEntry("file_deleted", { entity: exampleFile(index) });

export const manyFilesDeleted: Correlation = {
  id: "many-files-deleted",
  title: "Many files deleted by one user",
  severity: "high",
  reason:
    "Evidence or work is removed. See whose files they were, and ask the person before Slack's time to restore them is over.",
  checks: ["See whose files they were.", "Restore them while Slack still can, and ask the person."],
  falsePositives: ["People who tidy up their own files."],
  query: "deletions",
  techniques: ["T1485", "T1070"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 10 * 60,
  steps: [{ actions: ["file_deleted", "canvas_deleted", "list_deleted"], by: ACTOR, atLeast: 25 }],
  alertTitle: (user, { atLeast, within }) =>
    `${user} deleted at least ${atLeast} files, canvases or lists within ${within}`,
  examples: {
    match: [
      { name: "twenty-five files", entries: exampleSeries(25, deleted, { stepSeconds: 20 }) },
    ],
    ignore: [
      { name: "twenty-four files", because: "people tidy up", entries: exampleSeries(24, deleted) },
      {
        name: "twenty-five files over an hour",
        because: "people tidy up",
        entries: exampleSeries(25, deleted, { stepSeconds: 150 }),
      },
    ],
  },
};
