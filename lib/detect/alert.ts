import { createHash } from "node:crypto";
import type { AuditLogEntry } from "../slack/types.ts";
import { toIsoSeconds } from "../time.ts";
import { actorId, actorName, entityId, entityName, locationName, textAt } from "./entry-fields.ts";
import type { Rule, Severity } from "./rule.ts";
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
}

/** SNS accepts 256 KiB, and a line is escaped twice on its way into a message. */
const MAX_LINE_BYTES = 32 * 1024;

const MAX_TITLE_LENGTH = 200;
const MAX_FACT_LENGTH = 500;

/** @throws whatever the rule throws */
export function toAlert(
  rule: Rule,
  entry: AuditLogEntry,
  at: { source: string; objectKey: string; line: string; periodSeconds: number },
): Alert {
  const start = entry.date_create - (entry.date_create % at.periodSeconds);
  const period = { start: toIsoSeconds(start), end: toIsoSeconds(start + at.periodSeconds) };
  const keyHash = createHash("sha256").update(rule.dedupeKey(entry)).digest("hex").slice(0, 16);
  const ipAddress = textAt(entry, "context", "ip_address");
  const userAgent = textAt(entry, "context", "ua");
  return {
    id: `${rule.id}/${at.source}/${period.start}/${keyHash}`,
    ruleId: rule.id,
    title: oneLine(rule.alertTitle(entry), MAX_TITLE_LENGTH),
    severity: rule.severity,
    reason: rule.reason,
    techniques: rule.techniques.map((id) => ({
      id,
      name: TECHNIQUES[id],
      url: techniqueUrl(id),
    })),
    reference: rule.reference,
    source: at.source,
    objectKey: at.objectKey,
    period,
    entry: {
      id: fact(entry.id),
      time: toIsoSeconds(entry.date_create),
      action: fact(entry.action),
      actorId: fact(actorId(entry)),
      actor: fact(actorName(entry)),
      entityId: fact(entityId(entry)),
      entity: fact(entityName(entry)),
      location: fact(locationName(entry)),
      ...(ipAddress === undefined ? {} : { ipAddress: fact(ipAddress) }),
      ...(userAgent === undefined ? {} : { userAgent: fact(userAgent) }),
    },
    ...(Buffer.byteLength(at.line) > MAX_LINE_BYTES ? {} : { line: at.line }),
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
