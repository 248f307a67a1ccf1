import type { AuditLogEntry } from "../../slack/types.ts";
import type { Correlation } from "../correlation.ts";
import { textAt } from "../entry-fields.ts";
import { exampleEntry, exampleFile, exampleSeries } from "../example-entry.ts";
import { ACTIONS_REFERENCE } from "../rule.ts";
import { ACTOR } from "../subjects.ts";

function fileOf(entry: AuditLogEntry): string | undefined {
  return textAt(entry, "entity", "file", "id");
}

const linked = (index: number) =>
  exampleEntry("file_public_link_created", { entity: exampleFile(index) });

export const manyPublicLinks: Correlation = {
  id: "many-public-links",
  title: "Many public links created by one user",
  severity: "high",
  reason:
    "Anyone with the links can read these files, from anywhere. Revoke the links and ask the person.",
  checks: ["Revoke the links.", "See what the files hold, and ask the person."],
  falsePositives: ["Images for a website or a newsletter."],
  query: "external-sharing",
  techniques: ["T1567", "T1537"],
  reference: ACTIONS_REFERENCE,
  withinSeconds: 60 * 60,
  steps: [{ actions: ["file_public_link_created"], by: ACTOR, atLeast: 10, distinct: fileOf }],
  alertTitle: (user, { atLeast, within }) =>
    `${user} created public links to at least ${atLeast} files within ${within}`,
  examples: {
    match: [{ name: "ten files", entries: exampleSeries(10, linked, { stepSeconds: 60 }) }],
    ignore: [
      {
        name: "nine files",
        because: "public-file-link-created reports them",
        entries: exampleSeries(9, linked),
      },
      {
        name: "one file again and again",
        because: "it is the same content",
        entries: exampleSeries(10, () => linked(1)),
      },
    ],
  },
};
