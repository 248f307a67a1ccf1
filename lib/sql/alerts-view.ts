import { athenaView, selectList, type ViewColumn } from "./athena-view.ts";
import { ALERTS_TABLE, type Column, type GlueTableInput } from "./table.ts";

/** One row an alert. */
export const ALERTS_VIEW = "alerts";

const COLUMNS: readonly ViewColumn[] = [
  text("id", "id", "The same for everything that is one alert"),
  time("first_time", "firstTime", "When the first of its entries happened, UTC"),
  time("last_time", "lastTime", "When the last of its entries happened, UTC"),
  text("rule", "ruleId", "Id of the rule"),
  text("severity", "severity", "info, low, medium, high or critical"),
  text("title", "title", "Who did what"),
  text("action", "entry.action", "Of the entry that the alert shows"),
  text("actor_id", "entry.actorId", "Of the entry that the alert shows"),
  text("actor", "entry.actor", "Of the entry that the alert shows"),
  text("entity_id", "entry.entityId", "Of the entry that the alert shows"),
  text("entity", "entry.entity", "Of the entry that the alert shows"),
  text("location", "entry.location", "Of the entry that the alert shows"),
  text("ip_address", "entry.ipAddress", "Of the entry that the alert shows"),
  text("entry_id", "entry.id", "Of the entry that the alert shows"),
  {
    name: "entries",
    type: "bigint",
    expression: `TRY_CAST(${field("entries")} AS bigint)`,
    comment: "Entries of the same object that belong to it",
  },
  text(
    "suppressed_because",
    "suppression.reason",
    "Reason of the suppression that held it back; null when it was sent",
  ),
  text("object_key", "objectKey", "Object that holds the entry"),
  { name: "line", type: "varchar", expression: "line", comment: "The alert, JSON" },
  {
    name: "source",
    type: "varchar",
    expression: "source",
    comment: "The Slack organization, as the configuration names it",
  },
  {
    name: "dt",
    type: "varchar",
    expression: "dt",
    comment: "Day on which the alert's period begins, UTC, YYYY-MM-DD",
  },
];

/** The view's columns, in order. */
export const ALERTS_COLUMNS: readonly Column[] = COLUMNS;

/** What the view selects: the same text on Athena and DuckDB. */
export const ALERTS_SQL = `SELECT
${selectList(COLUMNS)}
FROM ${ALERTS_TABLE}`;

/** @param database - the Glue database in which the view and its table stand */
export function alertsView(database: string): GlueTableInput {
  return athenaView({ name: ALERTS_VIEW, columns: ALERTS_COLUMNS, sql: ALERTS_SQL }, database);
}

function text(name: string, path: string, comment: string): ViewColumn {
  return { name, type: "varchar", expression: field(path), comment };
}

function time(name: string, path: string, comment: string): ViewColumn {
  const iso = field(path);
  const expression = `TRY_CAST(concat(substr(${iso}, 1, 10), ' ', substr(${iso}, 12, 8)) AS timestamp)`;
  return { name, type: "timestamp(3)", expression, comment };
}

function field(path: string): string {
  return `json_extract_scalar(line, '$.${path}')`;
}
