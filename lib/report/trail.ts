import type { RowStream } from "../sql/query-result.ts";
import { savedQuery } from "../sql/saved-queries.ts";
import { toIsoSeconds } from "../time.ts";
import { type ReportScope, whereOf } from "./questions.ts";
import type { AlertSummary } from "./report-data.ts";

/** Whom or what a trail is about. */
export interface TrailSubject {
  kind: "user" | "address" | "app" | "channel";
  /** An id; of a user, an e-mail address too; of an address, the address. */
  value: string;
}

/** All that is known of one subject in a period. */
export interface TrailData {
  version: string;
  /** ISO 8601. */
  generatedAt: string;
  archive: string;
  period: { from: string; to: string };
  source?: string | undefined;
  subject: TrailSubject;
  /** In the order of time. */
  entries: TrailEntry[];
  /** How many there are, kept or not. */
  total: number;
  /** Alerts about these entries. */
  alerts: AlertSummary[];
}

export interface TrailEntry {
  id: string;
  source: string;
  /** Epoch seconds. */
  dateCreate: number;
  /** ISO 8601. */
  time: string;
  action: string;
  actor: string;
  entity: string;
  ipAddress: string;
  userAgent: string;
  session: string;
  /** As Slack sent it. */
  line: string;
}

/** Entries that are kept: the first ones. A case that has more is to be cut into periods. */
const TRAIL_ENTRIES_MAX = 20_000;

/** The saved query that decides which entries a trail has, with its parameter. */
const QUERIES = {
  user: { name: "user-trail", parameter: "person" },
  address: { name: "address-trail", parameter: "address" },
} as const;

/** The entries of a trail: those of the saved query where one asks for them. */
export function trailSql({ kind, value }: TrailSubject, scope: ReportScope): string {
  return `SELECT
  id, source, date_create, action,
  coalesce(actor_email, actor_name, actor_id) AS actor,
  coalesce(entity_name, entity_email, entity_id) AS entity,
  ip_address, user_agent, session_id, line
FROM audit_logs
WHERE ${whereOf(scope)}
  AND date_create IS NOT NULL
  AND ${kind === "user" || kind === "address" ? isOfQuery(kind, value, scope) : isNamed(value)}
ORDER BY date_create, id`;
}

function isOfQuery(kind: keyof typeof QUERIES, value: string, scope: ReportScope): string {
  const { name, parameter } = QUERIES[kind];
  const { from, to } = scope.period;
  const sql = savedQuery(name).sql(
    { from_day: from, to_day: to, [parameter]: value },
    scope.source,
  );
  // SQL has no half of a surrogate pair: another entry may seem to have the id.
  return `id IN (SELECT id FROM (\n${sql}\n) AS trail)
  AND (strpos(id, '?') = 0 AND strpos(id, chr(65533)) = 0 OR strpos(lower(line), lower(${textOf(value)})) > 0)`;
}

/** A whole value of a field, or of a list in a text: as in the saved queries. */
function isNamed(value: string): string {
  const text = textOf(value);
  return `(strpos(line, concat('"', ${text}, '"')) > 0 OR strpos(line, concat('\\"', ${text}, '\\"')) > 0)`;
}

/** SQL. */
function textOf(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export async function readTrail({
  columns,
  batches,
}: RowStream): Promise<Pick<TrailData, "entries" | "total">> {
  const entries: TrailEntry[] = [];
  let total = 0;
  for await (const batch of batches) {
    total += batch.length;
    for (const row of batch.slice(0, Math.max(0, TRAIL_ENTRIES_MAX - entries.length))) {
      const at = (column: string) => String(row[columns.indexOf(column)] ?? "");
      const dateCreate = Number(at("date_create"));
      entries.push({
        id: idOf(at("id"), at("line")),
        source: at("source"),
        dateCreate,
        time: toIsoSeconds(dateCreate),
        action: at("action"),
        actor: at("actor"),
        entity: at("entity"),
        ipAddress: at("ip_address"),
        userAgent: at("user_agent"),
        session: at("session_id"),
        line: at("line"),
      });
    }
  }
  return { entries, total };
}

/** The id as the rules see it: SQL has `?` or U+FFFD instead of half of a surrogate pair. */
function idOf(id: string, line: string): string {
  return /[?\ufffd]/.test(id) ? String(JSON.parse(line).id) : id;
}

/** A session of the subject, or of somebody who dealt with it. */
export interface TrailSession {
  id: string;
  /** Epoch seconds, both included. */
  from: number;
  to: number;
  entries: number;
  addresses: number;
}

/** Sessions in the order in which they begin. */
export function sessionsOf(entries: readonly TrailEntry[]): TrailSession[] {
  const bySession = Map.groupBy(
    entries.filter(({ session }) => session !== ""),
    ({ session }) => session,
  );
  return [...bySession].map(([id, of]) => ({
    id,
    from: Math.min(...of.map(({ dateCreate }) => dateCreate)),
    to: Math.max(...of.map(({ dateCreate }) => dateCreate)),
    entries: of.length,
    addresses: new Set(of.map(({ ipAddress }) => ipAddress).filter(Boolean)).size,
  }));
}

/** The longest time between two entries, epoch seconds; absent when there are less than two. */
export function longestGap(
  entries: readonly TrailEntry[],
): { from: number; to: number } | undefined {
  let longest: { from: number; to: number } | undefined;
  entries.forEach(({ dateCreate }, i) => {
    const before = entries[i - 1]?.dateCreate;
    if (before === undefined) return;
    if (longest === undefined || dateCreate - before > longest.to - longest.from) {
      longest = { from: before, to: dateCreate };
    }
  });
  return longest;
}
