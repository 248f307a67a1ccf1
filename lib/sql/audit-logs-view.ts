import { athenaView, selectList, type ViewColumn } from "./athena-view.ts";
import { type ColumnsDays, isCompacted } from "./columns-days.ts";
import {
  COMPACT_TABLE,
  type Column,
  type GlueTableInput,
  LINE_COLUMN,
  LINES_TABLE,
  PARTITION_COLUMNS,
} from "./table.ts";

/** What people query. */
export const AUDIT_LOGS_VIEW = "audit_logs";

interface EntryColumn extends ViewColumn {
  /** What days in columns may hold instead, since they were made with it; and what mends it. */
  formerly?: { expression: string; mended: string };
}

const ENTITY_TYPE = scalarAt("$.entity.type");

/**
 * Every expression gives NULL instead of an error, whatever the line holds:
 * `json_extract_scalar` on text that is not JSON, on a missing field, and on
 * an object where a string should be.
 */
const COLUMNS: readonly EntryColumn[] = [
  text("id", "$.id", "Slack's id of the entry"),
  {
    name: "event_time",
    type: "timestamp(3)",
    expression: timestampOf(integerAt("$.date_create")),
    comment: "When it happened, UTC",
  },
  {
    name: "date_create",
    type: "bigint",
    expression: integerAt("$.date_create"),
    comment: "When it happened, seconds since 1970",
  },
  text("action", "$.action", "What happened"),
  text("actor_type", "$.actor.type", "Always user, so far"),
  text("actor_id", "$.actor.user.id", "Who did it; USLACKUSER: nobody, USLACKSECURITY: Slack"),
  text("actor_name", "$.actor.user.name", "Full name"),
  text("actor_email", "$.actor.user.email", "E-mail address"),
  text("actor_team", "$.actor.user.team", "Id of the workspace or organization"),
  text("entity_type", "$.entity.type", "What it was done to: user, file, channel, app and more"),
  withFallback(
    entityField(
      "entity_id",
      ["id"],
      "Its id; of a message CHANNEL/TIMESTAMP, of a token its provider's",
    ),
    (field) => `coalesce(
    ${field("message.channel")} || '/' || ${field("message.timestamp")},
    ${field("external_auth_oauth2_token.provider.id")}
  )`,
  ),
  withFallback(
    entityField("entity_name", ["name", "title"], "Its name, else its title or its provider's key"),
    (field) => field("external_auth_oauth2_token.provider.key"),
  ),
  text("entity_email", "$.entity.user.email", "The e-mail address of an entity that is a user"),
  json("entity", "$.entity", "All of the entity, JSON"),
  text("location_type", "$.context.location.type", "workspace or enterprise"),
  text(
    "location_id",
    "$.context.location.id",
    "Id of the workspace or organization it happened in",
  ),
  text("location_name", "$.context.location.name", "Its name"),
  text("location_domain", "$.context.location.domain", "Its domain"),
  text("ip_address", "$.context.ip_address", "Where the request came from"),
  text("user_agent", "$.context.ua", "The client that sent it"),
  text("session_id", "$.context.session_id", "Session of the actor; a number of up to 20 digits"),
  text("app_id", "$.context.app.id", "The app that acted for the user"),
  text("app_name", "$.context.app.name", "Its name"),
  text("acting_agent", "$.context.acting_agent", "The assistant that acted for the user"),
  json("context", "$.context", "All of the context, JSON"),
  json("details", "$.details", "What else Slack says of it, JSON"),
  ...[LINE_COLUMN, ...PARTITION_COLUMNS].map((column) => ({ ...column, expression: column.name })),
];

/** The view's columns, in order. */
export const AUDIT_LOGS_COLUMNS: readonly Column[] = COLUMNS.map(({ name, type, comment }) => ({
  name,
  type,
  comment,
}));

/** What the view selects: the same text on Athena and DuckDB. Only the fields that a query names are parsed. */
export const AUDIT_LOGS_SQL = `SELECT
${selectList(COLUMNS)}
FROM ${LINES_TABLE}`;

/**
 * A condition on a row of {@link COMPACT_TABLE}: one of its columns is not what
 * its line says. Source, day and hour are not in the line.
 */
export const DIFFERS_FROM_LINE_SQL = COLUMNS.filter(({ name, expression }) => name !== expression)
  .map(({ name, expression, formerly }) => {
    const differs = `${name} IS DISTINCT FROM ${expression}`;
    return formerly === undefined
      ? differs
      : `(${differs} AND ${name} IS DISTINCT FROM ${formerly.expression})`;
  })
  .join("\n    OR ");

/**
 * What the view selects once days are compacted: those from the compact table,
 * the rest from the lines, each entry once. The days stand in the text, so that
 * neither side looks at the other's.
 *
 * @param compacted - none: {@link AUDIT_LOGS_SQL}
 */
export function auditLogsSql(compacted: readonly ColumnsDays[]): string {
  if (compacted.length === 0) {
    return AUDIT_LOGS_SQL;
  }
  const condition = isCompacted(compacted);
  return `${AUDIT_LOGS_SQL}
WHERE NOT (${condition})
UNION ALL
SELECT
${selectList(COLUMNS.map(fromCompact))}
FROM ${COMPACT_TABLE}
WHERE ${condition}`;
}

/** Iceberg's timestamps have six digits of a second, and a line's have three. */
function fromCompact({ expression: _, formerly, ...column }: EntryColumn): ViewColumn {
  const { name, type } = column;
  if (formerly !== undefined) return { ...column, expression: formerly.mended };
  return { ...column, expression: type === "timestamp(3)" ? `CAST(${name} AS timestamp)` : name };
}

/** @param database - the Glue database in which the view and its table stand */
export function auditLogsView(database: string): GlueTableInput {
  return athenaView(
    {
      name: AUDIT_LOGS_VIEW,
      columns: AUDIT_LOGS_COLUMNS,
      sql: AUDIT_LOGS_SQL,
    },
    database,
  );
}

function text(name: string, path: string, comment: string): ViewColumn {
  return { name, type: "varchar", expression: scalarAt(path), comment };
}

function json(name: string, path: string, comment: string): ViewColumn {
  return {
    name,
    type: "varchar",
    expression: `json_format(json_extract(line, '${path}'))`,
    comment,
  };
}

/** The entity's fields stand under the name of its type, and the types are an open set. */
function entityField(name: string, fields: readonly string[], comment: string): ViewColumn {
  const values = fields.map(
    (field) => `json_extract_scalar(line, concat('$.entity.', ${ENTITY_TYPE}, '.${field}'))`,
  );
  const value = values.length === 1 ? values[0] : `coalesce(${values.join(", ")})`;
  // Any other type would be no JSON path, and that is an error.
  const expression = `CASE WHEN regexp_like(${ENTITY_TYPE}, '^[A-Za-z_][A-Za-z0-9_]*$') THEN ${value} END`;
  return { name, type: "varchar", expression, comment };
}

/**
 * A column that was NULL for entities of some types, and has a value for them now.
 *
 * @param value - the SQL of the value; it gets the SQL of a field of the entity
 */
function withFallback(
  column: ViewColumn,
  value: (field: (path: string) => string) => string,
): EntryColumn {
  const { name, expression } = column;
  return {
    ...column,
    expression: `coalesce(${expression}, ${value((path) => scalarAt(`$.entity.${path}`))})`,
    formerly: {
      expression,
      mended: `coalesce(${name}, ${value((path) => `json_extract_scalar(entity, '$.${path}')`)})`,
    },
  };
}

function scalarAt(path: string): string {
  return `json_extract_scalar(line, '${path}')`;
}

/**
 * NULL outside the years 1970 to 9999: `from_unixtime` ends a query when its
 * milliseconds do not fit into 52 bits, by an error that Trino's `TRY` lets pass.
 *
 * @see https://github.com/trinodb/trino/blob/03d8e5abc686c5c4a9f96ca14db07e2aed880174/core/trino-spi/src/main/java/io/trino/spi/type/DateTimeEncoding.java
 */
function timestampOf(seconds: string): string {
  return `CASE WHEN ${seconds} BETWEEN 0 AND 253402300799 THEN CAST(from_unixtime(${seconds}) AS timestamp) END`;
}

function integerAt(path: string): string {
  return `TRY_CAST(${scalarAt(path)} AS bigint)`;
}
