import type { AuditLogEntry } from "../../slack/types.ts";
import { CLIENT } from "../deciding-column.ts";
import { actorKey, actorName, entityName, locationName } from "../entry-fields.ts";
import { valueAt } from "../entry-line.ts";
import { exampleEntry } from "../example-entry.ts";
import { ACTIONS_REFERENCE, type Rule } from "../rule.ts";

function withClient(action: string, ua?: string): AuditLogEntry {
  const { context, ...entry } = exampleEntry(action);
  const { ua: _, ...rest } = context;
  return { ...entry, context: { ...rest, ...(ua !== undefined && { ua }) } } as AuditLogEntry;
}

export const emptyUserAgent: Rule = {
  id: "empty-user-agent",
  title: "Login or download without a client",
  severity: "low",
  reason:
    "Every browser and every app of Slack's names itself. What does not is a script, perhaps with a stolen session.",
  checks: [
    "See what the session did before, and with which client.",
    "End the session if nobody knows the script.",
  ],
  falsePositives: ["Scripts and gateways of your own that leave the field empty."],
  query: "stolen-sessions",
  techniques: ["T1550.004", "T1213.005"],
  reference: ACTIONS_REFERENCE,
  actions: ["user_login", "file_downloaded"],
  decidedBy: CLIENT,
  matches: (entry) => valueAt(entry, ["context", "ua"]) === "",
  alertTitle: (entry) =>
    `${actorName(entry)} used a client that does not name itself in ${locationName(entry)}: ${entry.action} of ${entityName(entry)}`,
  dedupeKey: actorKey,
  examples: {
    match: [
      { name: "a login", entry: withClient("user_login", "") },
      { name: "a download", entry: withClient("file_downloaded", "") },
    ],
    ignore: [
      {
        name: "a client that names itself",
        because: "browsers and apps do",
        entry: withClient("user_login", "Mozilla/5.0"),
      },
      {
        name: "an entry without the field",
        because: "Slack did not say",
        entry: withClient("user_login"),
      },
    ],
  },
};
