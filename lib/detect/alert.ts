import { createHash } from "node:crypto";
import type { AuditLogEntry } from "../slack/types.ts";
import { toIsoSeconds } from "../time.ts";
import { actorId, actorName, entityId, entityName, location, textAt } from "./entry-fields.ts";
import type { Rule, RuleDescription, Severity } from "./rule.ts";
import { TECHNIQUES, type TechniqueId, techniqueUrl } from "./techniques.ts";

/**
 * What a person is told: the first entry that matched a rule, for one dedupe key
 * in one period.
 *
 * Texts in it come from Slack, so from anyone who may name a file or a channel:
 * each is one line, without control or invisible characters, and cut to length.
 * Only `line` is verbatim.
 */
export interface Alert {
  /** The same for everything that is one alert: `<rule>/<source>/<start of the period>/<hash of the dedupe key>`. */
  id: string;
  ruleId: string;
  title: string;
  severity: Severity;
  reason: string;
  techniques: { id: TechniqueId; name: string; url: string }[];
  reference: string;
  source: string;
  /** Object that holds the entry. */
  objectKey: string;
  /** ISO 8601; `end` excluded. */
  period: { start: string; end: string };
  entry: {
    id: string;
    /** ISO 8601. */
    time: string;
    action: string;
    actorId: string;
    actor: string;
    entityId: string;
    entity: string;
    location: string;
    ipAddress?: string;
    userAgent?: string;
  };
  /** The entry's exact text; absent when it is longer than `MAX_LINE_BYTES`. */
  line?: string;
  /** Entries of the same object that belong to this alert; at least 1. */
  entries: number;
  /** Of a correlation: all its entries, of this object or of others. */
  series?: {
    /** ISO 8601, both included. */
    from: string;
    to: string;
    /** Condition of SQL, for the view `audit_logs`. */
    where: string;
  };
}

/** SNS accepts 256 KiB, and a line is escaped twice on its way into a message. */
const MAX_LINE_BYTES = 32 * 1024;

const MAX_TITLE_LENGTH = 200;
const MAX_FACT_LENGTH = 500;

/** The entry that an alert shows, and where it was found. */
export interface FoundEntry {
  entry: AuditLogEntry;
  source: string;
  objectKey: string;
  line: string;
}

/** @throws whatever the rule throws */
export function toAlert(rule: Rule, found: FoundEntry, periodSeconds: number): Alert {
  const { entry } = found;
  return makeAlert(rule, found, {
    title: rule.alertTitle(entry),
    dedupeKey: rule.dedupeKey(entry),
    start: entry.date_create - (entry.date_create % periodSeconds),
    periodSeconds,
  });
}

/**
 * @param of.dedupeKey - entries with the same one in one period are one alert
 * @param of.start - of the period, epoch seconds
 */
export function makeAlert(
  rule: RuleDescription,
  { entry, source, objectKey, line }: FoundEntry,
  of: { title: string; dedupeKey: string; start: number; periodSeconds: number },
): Alert {
  const period = {
    start: toIsoSeconds(of.start),
    end: toIsoSeconds(of.start + of.periodSeconds),
  };
  const keyHash = createHash("sha256").update(of.dedupeKey).digest("hex").slice(0, 16);
  const ipAddress = textAt(entry, "context", "ip_address");
  const userAgent = textAt(entry, "context", "ua");
  return {
    id: `${rule.id}/${source}/${period.start}/${keyHash}`,
    ruleId: rule.id,
    title: oneLine(of.title, MAX_TITLE_LENGTH),
    severity: rule.severity,
    reason: rule.reason,
    techniques: rule.techniques.map((id) => ({
      id,
      name: TECHNIQUES[id],
      url: techniqueUrl(id),
    })),
    reference: rule.reference,
    source,
    objectKey,
    period,
    entry: {
      id: fact(entry.id),
      time: toIsoSeconds(entry.date_create),
      action: fact(entry.action),
      actorId: fact(actorId(entry)),
      actor: fact(actorName(entry)),
      entityId: fact(entityId(entry)),
      entity: fact(entityName(entry)),
      location: fact(location(entry)),
      ...(ipAddress === undefined ? {} : { ipAddress: fact(ipAddress) }),
      ...(userAgent === undefined ? {} : { userAgent: fact(userAgent) }),
    },
    ...(Buffer.byteLength(line) > MAX_LINE_BYTES ? {} : { line }),
    entries: 1,
  };
}

/** Text without line breaks, control or invisible characters, cut at a number of characters. */
function oneLine(text: string, maxLength: number): string {
  const characters = [...text.replace(/[\p{C}\p{Z}]+/gu, " ").trim()];
  return characters.length <= maxLength
    ? characters.join("")
    : `${characters.slice(0, maxLength - 1).join("")}…`;
}

function fact(text: string): string {
  return oneLine(text, MAX_FACT_LENGTH);
}
