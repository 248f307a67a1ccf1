import { createHash } from "node:crypto";
import type { AuditLogEntry } from "../slack/types.ts";
import { toIsoSeconds } from "../time.ts";
import type { AddressFacts } from "./context/address-context.ts";
import type { StaffRecord } from "./context/staff-list.ts";
import { actorId, actorName, entityId, entityName, location, textAt } from "./entry-fields.ts";
import { type Inspection, inspectionOf, type MatchedEntries } from "./inspect.ts";
import {
  atOnce,
  type Rule,
  type RuleContext,
  type RuleDescription,
  type Severity,
} from "./rule.ts";
import type { Suppression } from "./suppressions.ts";
import { type Technique, toTechnique } from "./techniques.ts";

/**
 * Version of {@link Alert}, as it is published and stored. Fields are only added, so a
 * reader of an older version reads a newer one. Before 2 there was no number.
 */
const ALERT_SCHEMA_VERSION = 2;

/**
 * What a person is told: the first entry that matched a rule, for one dedupe key
 * in one period.
 *
 * Texts in it come from Slack, so from anyone who may name a file or a channel:
 * each is one line, without control or invisible characters, and cut to length, which `…`
 * at its end says.
 * Only `line` is verbatim.
 */
export interface Alert {
  schemaVersion: typeof ALERT_SCHEMA_VERSION;
  /** The same for everything that is one alert: `<rule>/<source>/<start of the period>/<hash of the dedupe key>`. */
  id: string;
  ruleId: string;
  title: string;
  severity: Severity;
  /** Why it matters. */
  reason: string;
  /** What to check next, in this order; empty for a rule that says nothing of it. */
  checks: readonly string[];
  /** Harmless things that raise this alert too; empty for a rule that says nothing of it. */
  falsePositives: readonly string[];
  techniques: Technique[];
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
    /** Where the address is: two letters, ISO 3166-1; absent when no local file says so. */
    country?: string;
    /** Whose the address is: a network of one's own by its name, else `AS64500 Example Telecom`. */
    network?: string;
    /** Absent when no networks of one's own are configured. */
    isKnownNetwork?: boolean;
    /** Lists that hold the address; absent when there are none. */
    lists?: string[];
    /** What the staff list says of who did it; absent when it does not name them. */
    staff?: Record<string, string>;
  };
  /** The entry's exact text; absent when it is longer than `MAX_LINE_BYTES`, or the alert is very long. */
  line?: string;
  /** Entries of the same object that belong to this alert; at least 1. */
  entries: number;
  /** Ids of the first of them, at most `MAX_ENTRY_IDS`. */
  entryIds: string[];
  /** ISO 8601, both included: when they happened; of a correlation, all its entries. */
  firstTime: string;
  lastTime: string;
  inspect: Inspection;
  /** Why nobody is told of it; it is counted and listed all the same. */
  suppression?: Pick<Suppression, "reason" | "owner" | "expires">;
  /** Of a correlation: all its entries, of this object or of others. */
  series?: {
    /** ISO 8601, both included. */
    from: string;
    to: string;
    /** Condition of SQL, for the view `audit_logs`. */
    where: string;
  };
}

const MAX_LINE_BYTES = 32 * 1024;

/**
 * Of an alert as JSON within JSON, in which a message carries it: with the text for people it
 * stays below the 256 KiB that SNS accepts.
 */
const MAX_MESSAGE_BYTES = 150 * 1024;

/** Enough to see what happened; the commands of `inspect` show the rest. */
export const MAX_ENTRY_IDS = 10;

const MAX_TITLE_LENGTH = 200;
const MAX_FACT_LENGTH = 500;
const MAX_HINT_LENGTH = 300;
const MAX_HINTS = 10;
const MAX_NAME_LENGTH = 100;
const MAX_LISTS = 10;
const MAX_STAFF_COLUMNS = 20;

/** The entry that an alert shows, and where it was found. */
export interface FoundEntry {
  entry: AuditLogEntry;
  source: string;
  objectKey: string;
  line: string;
  /** What local files say of its address, and of who did it. */
  address?: AddressFacts;
  staff?: StaffRecord | undefined;
}

/** Asked only for entries that an alert shows. */
export function withContext(found: FoundEntry, { addresses, staff }: RuleContext): FoundEntry {
  if (addresses === undefined && staff === undefined) return found;
  const { entry } = found;
  return {
    ...found,
    address: addresses?.of(textAt(entry, "context", "ip_address")),
    staff: staff?.find(textAt(entry, "actor", "user", "email"), actorId(entry)),
  };
}

/** What tells an alert from others of its rule and source. */
interface AlertIdentity {
  /** Entries with the same one in one period are one alert. */
  dedupeKey: string;
  /** Of the period, epoch seconds. */
  start: number;
}

/** @throws whatever the rule throws, or that it gives no text */
export function identityOf(rule: Rule, { entry }: FoundEntry, periodSeconds: number) {
  const start = entry.date_create - (entry.date_create % periodSeconds);
  return { dedupeKey: textOf(rule, "dedupeKey", entry), start };
}

/**
 * What a rule says of an entry: the code of one's own rules may be plain JavaScript.
 *
 * @throws whatever the rule throws, or that it gives no text
 */
export function textOf(
  rule: Rule,
  method: "alertTitle" | "dedupeKey",
  entry: AuditLogEntry,
): string {
  const text = atOnce(method, rule[method](entry), "a text");
  if (typeof text === "string") return text;
  throw new TypeError(`${method} gave ${JSON.stringify(text)} instead of a text`);
}

export function alertId(ruleId: string, source: string, { dedupeKey, start }: AlertIdentity) {
  return `${ruleId}/${source}/${toIsoSeconds(start)}/${shortHash(dedupeKey)}`;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** What tells an alert from every other, and what is told from what each suppression holds back of it. */
export function alertName({ id, suppression }: Pick<Alert, "id" | "suppression">): string {
  return suppression === undefined ? id : `${id}/held/${shortHash(JSON.stringify(suppression))}`;
}

/**
 * @param found - the entry that the alert shows
 * @param entries - all that the alert is about, `found` among them
 * @param suppression - that holds for it
 */
export function makeAlert(
  rule: RuleDescription,
  found: FoundEntry,
  of: AlertIdentity & { title: string; periodSeconds: number },
  entries: MatchedEntries,
  suppression?: Suppression,
): Alert {
  const { entry, source, objectKey, line } = found;
  const { count, ids, first, last, series } = entries;
  const firstTime = toIsoSeconds(first);
  const lastTime = toIsoSeconds(last);
  const alert: Alert = {
    schemaVersion: ALERT_SCHEMA_VERSION,
    id: alertId(rule.id, source, of),
    ruleId: rule.id,
    title: oneLine(of.title, MAX_TITLE_LENGTH),
    severity: rule.severity,
    reason: fact(rule.reason),
    checks: hints(rule.checks),
    falsePositives: hints(rule.falsePositives),
    techniques: rule.techniques.map(toTechnique),
    reference: fact(rule.reference),
    source,
    objectKey,
    period: { start: toIsoSeconds(of.start), end: toIsoSeconds(of.start + of.periodSeconds) },
    entry: { ...shownEntry(entry), ...contextOf(found) },
    entries: count,
    entryIds: ids.map(name),
    firstTime,
    lastTime,
    inspect: inspectionOf(source, entries, entry, rule.query),
    ...(suppression && { suppression: pickDecision(suppression) }),
    ...(series && { series: { from: firstTime, to: lastTime, where: series.where } }),
  };
  return withLine(alert, line);
}

/** The line is the only part of an alert that may be long: it is left out when there is no room. */
function withLine(alert: Alert, line: string): Alert {
  if (Buffer.byteLength(line) > MAX_LINE_BYTES) return alert;
  const whole = { ...alert, line };
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(whole)));
  return bytes > MAX_MESSAGE_BYTES ? alert : whole;
}

function hints(texts: readonly string[] = []): string[] {
  return texts.slice(0, MAX_HINTS).map((text) => oneLine(text, MAX_HINT_LENGTH));
}

function pickDecision({ reason, owner, expires }: Suppression) {
  return { reason: fact(reason), owner: fact(owner), expires };
}

function contextOf({ address, staff }: FoundEntry): Partial<Alert["entry"]> {
  const { country, network, isKnownNetwork, lists = [] } = address ?? {};
  return {
    ...(country === undefined ? {} : { country }),
    ...(network === undefined ? {} : { network: fact(network) }),
    ...(isKnownNetwork === undefined ? {} : { isKnownNetwork }),
    ...(lists.length === 0 ? {} : { lists: lists.slice(0, MAX_LISTS).map(name) }),
    ...(staff === undefined
      ? {}
      : {
          staff: Object.fromEntries(
            Object.entries(staff)
              .slice(0, MAX_STAFF_COLUMNS)
              .map(([column, text]) => [name(column), name(text)]),
          ),
        }),
  };
}

function shownEntry(entry: AuditLogEntry): Alert["entry"] {
  const ipAddress = textAt(entry, "context", "ip_address");
  const userAgent = textAt(entry, "context", "ua");
  return {
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
  };
}

/** Text without line breaks, control or invisible characters, cut at a number of characters. */
function oneLine(text: string, maxLength: number): string {
  const characters = [...text.replace(/[\p{C}\p{Z}]+/gu, " ").trim()];
  return characters.length <= maxLength
    ? characters.join("")
    : `${characters.slice(0, maxLength - 1).join("")}…`;
}

function name(text: string): string {
  return oneLine(text, MAX_NAME_LENGTH);
}

/** What an entry says, as alerts quote it; its id, too. */
export function fact(text: string): string {
  return oneLine(text, MAX_FACT_LENGTH);
}
