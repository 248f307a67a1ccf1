import { CATEGORIES, CLASSES, FINDING_STATUSES, SEVERITIES, STATUSES } from "../ocsf/classes.ts";
import { HEADS, UNKNOWN_HEAD } from "../ocsf/heads.ts";
import { athenaView, selectList, type ViewColumn } from "./athena-view.ts";
import { AUDIT_LOGS_VIEW } from "./audit-logs-view.ts";
import { type Column, type GlueTableInput, LINE_COLUMN, PARTITION_COLUMNS } from "./table.ts";

/** What is common to events of every class of OCSF; `audit-lake ocsf` gives all of them. */
export const OCSF_VIEW = "audit_logs_ocsf";

/** What each action becomes: by its name, ids of type, severity and status. */
const TYPES_SQL = `(VALUES
${[...HEADS]
  .map(
    ([action, { fields }]) =>
      `    ('${action}', ${fields.type_uid}, ${fields.severity_id}, ${fields.status_id})`,
  )
  .join(",\n")}
  ) AS types (type_action, known_type, known_severity, known_status)`;

const { fields: UNKNOWN } = UNKNOWN_HEAD;

/** Exact on both: DuckDB divides integers as doubles. */
const CLASS_UID = "CAST((type_uid - type_uid % 100) / 100 AS integer)";
const CATEGORY_UID = "CAST((type_uid - type_uid % 100000) / 100000 AS integer)";

const CLASSES_BY_UID = Object.values(CLASSES).map(({ uid, caption }) => [uid, caption] as const);

const COLUMNS: readonly ViewColumn[] = [
  bigint("time", "date_create * 1000", "When it happened, milliseconds since 1970"),
  {
    name: "time_dt",
    type: "timestamp(3)",
    expression: "event_time",
    comment: "When it happened, UTC",
  },
  integer("class_uid", CLASS_UID, "Id of the class"),
  text("class_name", captionOf(CLASS_UID, CLASSES_BY_UID), "Its caption"),
  integer("category_uid", CATEGORY_UID, "Id of the category"),
  text("category_name", captionOf(CATEGORY_UID, Object.entries(CATEGORIES)), "Its caption"),
  integer("activity_id", "CAST(type_uid % 100 AS integer)", "Id of the activity; 99 is Other"),
  bigint("type_uid", "type_uid", "Id of class and activity"),
  integer("severity_id", "severity_id", "Id of the severity"),
  text("severity", captionOf("severity_id", byId(SEVERITIES)), "Its caption"),
  integer("status_id", "status_id", "Id of the status"),
  text(
    "status",
    `CASE WHEN type_uid < 300000 THEN ${captionOf("status_id", byId(FINDING_STATUSES))} ELSE ${captionOf("status_id", byId(STATUSES))} END`,
    "Its caption",
  ),
  text("metadata_uid", "id", "Slack's id of the entry"),
  text("metadata_event_code", "action", "The action"),
  text("metadata_tenant_uid", "source", "The Slack organization, as the configuration names it"),
  text("actor_user_uid", "actor_id", "Who did it"),
  text("actor_user_name", "actor_name", "Full name"),
  text("actor_user_email_addr", "actor_email", "E-mail address"),
  text("actor_session_uid", "session_id", "Session of the actor"),
  text("actor_app_uid", "app_id", "The app that acted for the user"),
  text("src_endpoint_ip", "ip_address", "Where the request came from, as Slack writes it"),
  text("http_request_user_agent", "user_agent", "The client that sent it"),
  text("cloud_account_uid", "location_id", "Id of the workspace or organization"),
  text("target_type", "entity_type", "What it was done to: user, file, channel, app and more"),
  text("target_uid", "entity_id", "Its id"),
  text("target_name", "entity_name", "Its name"),
  { ...LINE_COLUMN, name: "raw_data", expression: LINE_COLUMN.name },
  ...PARTITION_COLUMNS.map((column) => ({ ...column, expression: column.name })),
];

/** The view's columns, in order. */
export const OCSF_COLUMNS: readonly Column[] = COLUMNS;

/** What the view selects: the same text on Athena and DuckDB. */
export const OCSF_SQL = `SELECT
${selectList(COLUMNS)}
FROM (
  SELECT
    *,
    ${unlessUnread("known_type", UNKNOWN.type_uid)} AS type_uid,
    ${unlessUnread("known_severity", UNKNOWN.severity_id)} AS severity_id,
    ${unlessUnread("known_status", UNKNOWN.status_id)} AS status_id
  FROM ${AUDIT_LOGS_VIEW}
  LEFT JOIN ${TYPES_SQL}
  ON action = type_action
) AS typed`;

/** @param database - the Glue database in which both views stand */
export function ocsfView(database: string): GlueTableInput {
  return athenaView({ name: OCSF_VIEW, columns: OCSF_COLUMNS, sql: OCSF_SQL }, database);
}

/**
 * Each entry has a time. Where there is none, the line is one that SQL cannot read, and its action
 * is not an unknown one: to look for it in the line would read all lines of days in columns.
 */
function unlessUnread(known: string, unknown: number): string {
  return `coalesce(${known}, CASE WHEN date_create IS NOT NULL THEN ${unknown} END)`;
}

function byId(ids: Readonly<Record<string, number>>): [number, string][] {
  return Object.entries(ids).map(([caption, id]) => [id, caption]);
}

function captionOf(
  value: string,
  captions: Iterable<readonly [id: number | string, caption: string]>,
): string {
  const cases = [...captions].map(([id, caption]) => `WHEN ${id} THEN '${caption}'`);
  return `CASE ${value} ${cases.join(" ")} END`;
}

function text(name: string, expression: string, comment: string): ViewColumn {
  return { name, type: "varchar", expression, comment };
}

function integer(name: string, expression: string, comment: string): ViewColumn {
  return { name, type: "integer", expression, comment };
}

function bigint(name: string, expression: string, comment: string): ViewColumn {
  return { name, type: "bigint", expression, comment };
}
