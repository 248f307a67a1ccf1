import type { AuditLogsClient, CallOptions } from "../slack/client.ts";
import type { Notification, NotificationSink, SeenNamesStore } from "./ports.ts";
import { announcedNames } from "./schema-names.ts";
import { MAX_SEEN_TERMS, seenName } from "./seen-names.ts";

/** How Slack's names have changed since the last comparison; each list is sorted. */
export interface SchemaChanges {
  source: string;
  /** The first time: there is nothing to compare with, and everything counts as known. */
  baseline: boolean;
  /** Actions, entity types and fields that Slack lists now and did not list before. */
  announced: string[];
  /** Names that Slack listed before and no longer lists. */
  withdrawn: string[];
  /** Names that appeared in entries for the first time. */
  seen: string[];
  /** The store of seen names is full, so later ones are not recorded. */
  full: boolean;
}

/** Lines of one kind in a message. */
const MAX_LISTED = 200;

/**
 * Compare the names that Slack lists, and those in entries, with the last time;
 * report the difference, and remember it.
 *
 * The report is sent before it is remembered: a run that dies in between reports
 * it again.
 */
export async function watchSchema(
  source: string,
  ports: {
    slack: Pick<AuditLogsClient, "actions" | "schemas">;
    vocabulary: SeenNamesStore;
    sink: NotificationSink;
  },
  options: CallOptions = {},
): Promise<SchemaChanges> {
  const { slack, vocabulary, sink } = ports;
  const actions = await slack.actions({}, options);
  const schemas = await slack.schemas({}, options);
  const announcedNow = announcedNames(actions.typedBody, schemas.typedBody);
  const announcedBefore = await vocabulary.read(announcedName(source));
  const seenNow = (await vocabulary.read(seenName(source))) ?? new Set();
  const seenBefore = await vocabulary.read(reportedName(source));

  const drift: SchemaChanges = {
    source,
    baseline: announcedBefore === undefined,
    announced: difference(announcedNow, announcedBefore ?? announcedNow),
    withdrawn: difference(announcedBefore ?? new Set(), announcedNow),
    seen: difference(seenNow, seenBefore ?? seenNow),
    full: seenNow.size >= MAX_SEEN_TERMS,
  };
  if (drift.announced.length + drift.withdrawn.length + drift.seen.length > 0) {
    await sink.publish(toNotification(drift, announcedNow));
  }
  await vocabulary.replace(announcedName(source), announcedNow);
  await vocabulary.replace(reportedName(source), seenNow);
  return drift;
}

function announcedName(source: string): string {
  return `announced/${source}`;
}

function reportedName(source: string): string {
  return `reported/${source}`;
}

function difference(terms: ReadonlySet<string>, without: ReadonlySet<string>): string[] {
  return [...terms].filter((term) => !without.has(term)).sort();
}

function toNotification(drift: SchemaChanges, announced: ReadonlySet<string>): Notification {
  const { source } = drift;
  const counts = [
    `${drift.announced.length} announced`,
    `${drift.withdrawn.length} withdrawn`,
    `${drift.seen.length} first seen`,
  ].join(", ");
  const unlisted = (term: string) =>
    announced.has(term) || term.startsWith("field:") ? term : `${term} (not on Slack's list)`;
  return {
    subject: `[INFO] Slack's audit logs of ${source} have changed: ${counts}`,
    text: [
      `Slack's audit logs of ${source} have changed.`,
      "",
      "The archive keeps everything as it comes. Look whether a rule or a query should know of it.",
      ...section("Slack now lists", drift.announced),
      ...section("Slack no longer lists", drift.withdrawn),
      ...section("In entries for the first time", drift.seen.map(unlisted)),
      ...(drift.full
        ? ["", `${MAX_SEEN_TERMS} words are known; further new ones are not recorded.`]
        : []),
      "",
    ].join("\n"),
    data: {
      type: "schema_drift",
      ...drift,
      announced: drift.announced.slice(0, MAX_LISTED),
      withdrawn: drift.withdrawn.slice(0, MAX_LISTED),
      seen: drift.seen.slice(0, MAX_LISTED),
    },
    attributes: { type: "schema_drift", severity: "info", source },
  };
}

function section(title: string, terms: readonly string[]): string[] {
  const more = terms.length - MAX_LISTED;
  return terms.length === 0
    ? []
    : [
        "",
        `${title}:`,
        ...terms.slice(0, MAX_LISTED).map((term) => `- ${term}`),
        ...(more > 0 ? [`- and ${more} more`] : []),
      ];
}
