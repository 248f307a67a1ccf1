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

/**
 * The most frequent types of entities, whose paths are constants of the query:
 * Trino parses a path that it computes once a row.
 */
const ENTITY_TYPES = ["user", "file", "channel", "app", "workspace", "enterprise"];

/** Trino ends the query at JSON of more levels, when it writes it. */
const LEVELS_MAX = 1000;

/** Trino ends the query at a longer name of a field, when it reads it. */
const NAME_CHARACTERS_MAX = 50_000;

/** Fields' names, then arrays and objects of two levels, innermost first. */
const NAMES = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"\s*:`;
const TWO_LEVELS = String.raw`[\[{](?:[^\[\]{}]|[\[{][^\[\]{}]*[\]}])*[\]}]`;

/**
 * The line, or NULL if it could end a query. A short one cannot, nor one with few
 * brackets. Of others, names count once and together, and brackets that are left
 * without two levels: so a long list of objects is no deep one.
 */
const JSON_COLUMN = `CASE
    WHEN length(line) <= ${2 * LEVELS_MAX} THEN line
    WHEN length(line) <= ${NAME_CHARACTERS_MAX} AND ${bracketsIn("line")} <= ${LEVELS_MAX} THEN line
    WHEN length(array_join(array_distinct(regexp_extract_all(line, '${NAMES}')), '')) <= ${NAME_CHARACTERS_MAX}
      AND ${bracketsIn(`regexp_replace(line, '${TWO_LEVELS}', '')`)} < ${LEVELS_MAX - 2} THEN line
  END`;

/**
 * What the other columns are made from, each layer from those before it. A
 * condition on a column of a layer is tested before the next is computed;
 * one that names a column of the last twice is tested after all.
 */
const LAYERS: readonly Record<string, string>[] = [
  { json: JSON_COLUMN },
  { action: scalarAt("$.action") },
  { date_create: integerAt("$.date_create"), entity_type: scalarAt("$.entity.type") },
];

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
    expression: timestampOf("date_create"),
    comment: "When it happened, UTC",
  },
  {
    name: "date_create",
    type: "bigint",
    expression: "date_create",
    comment: "When it happened, seconds since 1970",
  },
  { name: "action", type: "varchar", expression: "action", comment: "What happened" },
  text("actor_type", "$.actor.type", "Always user, so far"),
  text("actor_id", "$.actor.user.id", "Who did it; USLACKUSER: nobody, USLACKSECURITY: Slack"),
  text("actor_name", "$.actor.user.name", "Full name"),
  text("actor_email", "$.actor.user.email", "E-mail address"),
  text("actor_team", "$.actor.user.team", "Id of the workspace or organization"),
  {
    name: "entity_type",
    type: "varchar",
    expression: "entity_type",
    comment: "What it was done to: user, file, channel, app and more",
  },
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
export const AUDIT_LOGS_COLUMNS: readonly Column[] = COLUMNS;

/** What the view selects: the same text on Athena and DuckDB. Only the fields that a query names are parsed. */
export const AUDIT_LOGS_SQL = selectFromLines(AUDIT_LOGS_COLUMNS.map(({ name }) => name));

/** The same with only some of the columns, in their order. */
export function selectFromLines(names: readonly string[]): string {
  return `SELECT
${selectList(COLUMNS.filter(({ name }) => names.includes(name)))}
FROM ${LAYERS.reduce(
    (from, layer, i) => `(
  SELECT *, ${listOf(layer)}
  FROM ${from}
) AS layer_${i + 1}`,
    LINES_TABLE,
  )}`;
}

/**
 * A condition on a row of {@link withJson}: one of its columns is not what its
 * line says. Source, day and hour are not in the line.
 */
export const DIFFERS_FROM_LINE_SQL = COLUMNS.map((column) => ({
  ...column,
  expression: expressionOf(column),
}))
  .filter(({ name, expression }) => name !== expression)
  .map(({ name, expression, formerly }) => {
    const differs = `${name} IS DISTINCT FROM ${expression}`;
    return formerly === undefined
      ? differs
      : `(${differs} AND ${name} IS DISTINCT FROM ${formerly.expression})`;
  })
  .join("\n    OR ");

/** From the line, also where a layer has it. */
function expressionOf({ name, expression }: EntryColumn): string {
  return LAYERS.map((layer) => layer[name]).find((ofLayer) => ofLayer !== undefined) ?? expression;
}

/** The rows of {@link COMPACT_TABLE}, or of what stands in its place, with what is compared with their lines. */
export function withJson(rows: string): string {
  return `(SELECT *, ${listOf({ json: JSON_COLUMN })} FROM ${rows}) AS readable`;
}

/**
 * What the view selects once days are compacted: those from the columns table,
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

function listOf(layer: Readonly<Record<string, string>>): string {
  return Object.entries(layer)
    .map(([name, expression]) => `${expression} AS ${name}`)
    .join(",\n  ");
}

/** How many arrays and objects a text opens. */
function bracketsIn(text: string): string {
  return `length(regexp_replace(${text}, '[^\\[{]+', ''))`;
}

function text(name: string, path: string, comment: string): ViewColumn {
  return { name, type: "varchar", expression: scalarAt(path), comment };
}

function json(name: string, path: string, comment: string): ViewColumn {
  return {
    name,
    type: "varchar",
    expression: `json_format(json_extract(json, '${path}'))`,
    comment,
  };
}

/** The entity's fields stand under the name of its type, and the types are an open set. */
function entityField(name: string, fields: readonly string[], comment: string): ViewColumn {
  const valueAt = (pathOf: (field: string) => string) => {
    const values = fields.map((field) => `json_extract_scalar(json, ${pathOf(field)})`);
    return values.length === 1 ? values[0] : `coalesce(${values.join(", ")})`;
  };
  const known = ENTITY_TYPES.map(
    (type) => `    WHEN '${type}' THEN ${valueAt((field) => `'$.entity.${type}.${field}'`)}`,
  );
  const other = valueAt((field) => `concat('$.entity.', entity_type, '.${field}')`);
  // Any other type would be no JSON path, and that is an error.
  const expression = `CASE entity_type
${known.join("\n")}
    ELSE CASE WHEN regexp_like(entity_type, '\\A[A-Za-z_][A-Za-z0-9_]*\\z') THEN ${other} END
  END`;
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
      // DuckDB computes what stands twice in a coalesce for every row, and a CASE where it is asked for.
      mended: `CASE WHEN ${name} IS NULL THEN ${value((path) => `json_extract_scalar(entity, '$.${path}')`)} ELSE ${name} END`,
    },
  };
}

function scalarAt(path: string): string {
  return `json_extract_scalar(json, '${path}')`;
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

/** Slack's integers may be written `1795000000.0`, which is one, too. */
function integerAt(path: string): string {
  const text = scalarAt(path);
  return `coalesce(TRY_CAST(${text} AS bigint), TRY_CAST(TRY_CAST(${text} AS double) AS bigint))`;
}
