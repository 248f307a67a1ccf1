import { athenaView, selectList, type ViewColumn } from "./athena-view.ts";
import { AUDIT_LOGS_COLUMNS, AUDIT_LOGS_VIEW } from "./audit-logs-view.ts";
import type { GlueTableInput } from "./table.ts";

/** The view for people who are to count and follow, and not to know whom. */
export const MASKED_VIEW = "audit_logs_masked";

/** Shown as a hash: the same value has the same hash, so that it can be counted and followed. */
const HASHED: ReadonlySet<string> = new Set(["actor_email", "entity_email", "ip_address"]);

/** Left out, since they say in plain text what is hashed: names, and the entry as it came. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...["actor_name", "entity_name"],
  ...["entity", "context", "details", "line"],
]);

/** Columns that no masked reader is to read, from whatever table. */
export const SENSITIVE_COLUMNS: readonly string[] = AUDIT_LOGS_COLUMNS.map(
  ({ name }) => name,
).filter((name) => HASHED.has(name) || LEFT_OUT.has(name));

const COLUMNS: readonly ViewColumn[] = AUDIT_LOGS_COLUMNS.filter(
  ({ name }) => !LEFT_OUT.has(name),
).map((column) => {
  const { name, comment } = column;
  return HASHED.has(name)
    ? {
        ...column,
        comment: `${comment}, hashed`,
        expression: `to_hex(sha256(to_utf8(lower(${name}))))`,
      }
    : { ...column, expression: name };
});

export const MASKED_SQL = `SELECT
${selectList(COLUMNS)}
FROM ${AUDIT_LOGS_VIEW}`;

/** @param database - the Glue database in which both views stand */
export function maskedView(database: string): GlueTableInput {
  return athenaView({ name: MASKED_VIEW, columns: COLUMNS, sql: MASKED_SQL }, database);
}
