import { ALERTS_VIEW } from "../sql/alerts-view.ts";
import { type SavedQuery, savedQuery } from "../sql/saved-queries.ts";
import { dayOf, SECONDS_PER_DAY, startOfDay, toIsoSeconds } from "../time.ts";

/** How the result of a saved query is put into numbers. */
interface Reading {
  /** The column that says how much a row counts. @default each row counts 1 */
  count?: string;
  /** Columns whose most frequent values are wanted. */
  tops?: readonly string[];
  /** The column with the addresses whose countries are counted. */
  addresses?: "ip_address";
  /** Rows are events in the order of this column. */
  events?: "event_time" | "login" | "first_seen" | "first_time";
}

/** The saved queries that the report reads; it has no SQL of its own for what one of them says. */
const READINGS: Record<string, Reading> = {
  completeness: {},
  actions: { count: "entries", tops: ["action"] },
  "anomalies-by-reason": { count: "anomalies", tops: ["reason"] },
  "malware-spread": { events: "event_time", tops: ["file"] },
  "activity-after-deactivation": { count: "entries_after", tops: ["account"] },
  logins: { count: "logins", tops: ["actor_email", "ip_address"], addresses: "ip_address" },
  "failed-logins-and-session-resets": { count: "times", tops: ["account", "action"] },
  "login-after-failures": { events: "login", tops: ["actor_email"] },
  "several-networks": { tops: ["actor_email"] },
  "stolen-sessions": { tops: ["actor_email"] },
  "new-addresses-and-clients": { events: "first_seen", tops: ["kind"] },
  "downloads-by-volume": { count: "downloads", tops: ["actor_email"] },
  exports: { events: "event_time", tops: ["actor_email", "action"] },
  "external-sharing": { events: "event_time", tops: ["actor_email", "action"] },
  "channels-opened": { events: "event_time", tops: ["action"] },
  "content-access": { count: "entries", tops: ["actor_email"] },
  "guest-accounts": {},
  "admin-and-role-grants": { events: "event_time", tops: ["action", "actor_email"] },
  "security-settings-changed": { events: "event_time", tops: ["action", "actor_email"] },
  "settings-changed": { events: "event_time", tops: ["action"] },
  "apps-and-scopes": { events: "event_time", tops: ["app", "action"] },
  "app-changes": { events: "event_time", tops: ["action"] },
  "workflow-changes": { events: "event_time", tops: ["action"] },
  "account-changes": { events: "event_time", tops: ["action"] },
  "ai-tool-use": { count: "times", tops: ["tool", "actor_email"] },
  "new-actions": { events: "first_time", tops: ["action"] },
};

/** So far back does `What is new?` compare, in days before the period. */
const HISTORY_DAYS = 90;

/** What a report is about. */
export interface ReportScope {
  /** UTC, `YYYY-MM-DD`, both included. */
  period: { from: string; to: string };
  source?: string | undefined;
  /** Epoch seconds. */
  generatedAt: number;
}

/** One SELECT that a report needs. */
export interface Statement {
  /** Of the saved query; `hours` is the report's own. */
  name: string;
  sql: string;
  query?: SavedQuery;
  reading: Reading;
  /** Prints all its rows. */
  command: string;
}

/** Name of the statement whose rows `toHours` reads. */
export const HOURS = "hours";

/** Name of the statement whose rows `toAlerts` reads. */
export const ALERTS = "alerts";

/** What the stack has kept of each alert, those held back too. */
export function alertsStatement(scope: ReportScope): Statement {
  const sql = `SELECT line FROM ${ALERTS_VIEW} WHERE ${whereOf(scope)}`;
  return { name: ALERTS, sql, reading: {}, command: "" };
}

/** Everything that a report asks of the archive, in SQL that Athena and DuckDB understand. */
export function statementsOf(scope: ReportScope): Statement[] {
  const saved = Object.entries(READINGS).map(([name, reading]): Statement => {
    const query = savedQuery(name);
    const values = valuesOf(query, scope);
    return {
      name,
      query,
      reading,
      sql: query.sql(values, scope.source),
      command: [
        `audit-lake query ${name}`,
        ...Object.entries(values).map(([key, value]) => `--set ${key}=${value}`),
        ...(scope.source === undefined ? [] : [`--source ${scope.source}`]),
      ].join(" "),
    };
  });
  return [...saved, { name: HOURS, sql: hoursSql(scope), reading: {}, command: "" }];
}

function valuesOf({ parameters }: SavedQuery, scope: ReportScope): Record<string, string> {
  const { from, to } = scope.period;
  const has = (name: string) => parameters.some((parameter) => parameter.name === name);
  const history = dayOf(startOfDay(from) - HISTORY_DAYS * SECONDS_PER_DAY);
  return {
    from_day: has("new_since") ? history : from,
    to_day: to,
    ...(has("new_since") ? { new_since: from } : {}),
    ...(has("as_of") ? { as_of: toIsoSeconds(scope.generatedAt) } : {}),
  };
}

/** SQL that restricts a table to what the report is about. */
export function whereOf({ period: { from, to }, source }: ReportScope): string {
  return `dt BETWEEN '${from}' AND '${to}'${source === undefined ? "" : ` AND source = '${source}'`}`;
}

/** What no saved query says: each hour by itself, with what was sealed of it. */
function hoursSql(scope: ReportScope): string {
  const where = whereOf(scope);
  const counted = (actions: string) => `count(CASE WHEN action IN (${actions}) THEN 1 END)`;
  return `WITH happened AS (
  SELECT
    source,
    date_trunc('hour', event_time) AS hour_start,
    count(*) AS entries,
    ${counted("'user_login'")} AS logins,
    ${counted("'user_login_failed'")} AS failed_logins,
    ${counted("'file_downloaded', 'canvas_downloaded', 'list_downloaded'")} AS downloads
  FROM audit_logs
  WHERE ${where}
  GROUP BY source, date_trunc('hour', event_time)
),
sealed AS (
  SELECT source, hour_start, listed, archived, late, only_in_archive, twice, differs
  FROM archive_hours
  WHERE ${where}
),
known AS (
  SELECT source, hour_start FROM happened
  UNION
  SELECT source, hour_start FROM sealed
)
SELECT
  known.source,
  known.hour_start,
  coalesce(happened.entries, 0) AS entries,
  coalesce(happened.logins, 0) AS logins,
  coalesce(happened.failed_logins, 0) AS failed_logins,
  coalesce(happened.downloads, 0) AS downloads,
  sealed.listed,
  sealed.archived,
  sealed.late,
  sealed.only_in_archive,
  sealed.twice,
  sealed.differs
FROM known
LEFT JOIN happened ON happened.source = known.source AND happened.hour_start = known.hour_start
LEFT JOIN sealed ON sealed.source = known.source AND sealed.hour_start = known.hour_start
WHERE known.hour_start IS NOT NULL
ORDER BY known.source, known.hour_start`;
}
